package signin_test

import (
	"testing"

	"github.com/anteroom-id/anteroom/internal/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }
