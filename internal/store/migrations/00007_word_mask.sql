-- Beside each word of a member stands which beginnings all of its words have, so
-- that a search of several words reads the members only who may have them all. The
-- words are made anew at the next start (directory.Prepare).

DROP TABLE member_word;
CREATE TABLE member_word (
    workspace_id TEXT   NOT NULL,
    tab          TEXT   NOT NULL,
    word         TEXT   NOT NULL,
    member_id    TEXT   NOT NULL,
    mask         BIGINT NOT NULL, -- identity.WordMask
    PRIMARY KEY (workspace_id, tab, word, member_id, mask)
);
