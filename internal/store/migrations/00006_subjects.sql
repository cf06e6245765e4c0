-- Whom a change moved besides the one that it happened to: the members who came
-- into a group, or went out of it.

-- +goose Up
CREATE TABLE change_subject (
    workspace_id TEXT   NOT NULL,
    subject_id   TEXT   NOT NULL,
    seq          BIGINT NOT NULL, -- of the change
    turn         BIGINT NOT NULL, -- 1 for who came in, -1 for who went out
    PRIMARY KEY (workspace_id, subject_id, seq)
);

-- +goose Down
DROP TABLE change_subject;
