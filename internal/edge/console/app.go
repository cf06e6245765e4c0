package console

import (
	"github.com/anteroom-id/anteroom/internal/edge/console/activity"
	"github.com/anteroom-id/anteroom/internal/edge/console/connect"
	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/edge/console/hosted"
	"github.com/anteroom-id/anteroom/internal/edge/console/operator"
	"github.com/anteroom-id/anteroom/internal/edge/console/people"
	"github.com/anteroom-id/anteroom/internal/edge/console/settings"
	"github.com/anteroom-id/anteroom/internal/edge/console/signon"
	"github.com/anteroom-id/anteroom/internal/edge/oidcrp"
	"github.com/anteroom-id/anteroom/internal/edge/samlsp"
)

// NewApp makes the console of all its pages, and of the sections that the caller
// adds.
func NewApp(c frame.Config, more ...frame.Section) (*frame.App, error) {
	return frame.New(c, append(Sections(), more...)...)
}

// Sections are the parts of the console.
func Sections() []frame.Section {
	return []frame.Section{
		hosted.Section(), signon.Section(), samlsp.Section(), oidcrp.Section(), people.Section(), connect.Section(), settings.Section(), activity.Section(), operator.Section(),
	}
}
