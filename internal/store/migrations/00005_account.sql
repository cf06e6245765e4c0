-- What accounts need beside: until when wrong codes of a second factor count, and
-- by which address a person's member is found when somebody signs in.

ALTER TABLE person ADD COLUMN wrong_codes BIGINT NOT NULL DEFAULT 0;

ALTER TABLE member_person ADD COLUMN address_key TEXT NOT NULL DEFAULT ''; -- the member's, as in member
UPDATE member_person SET address_key = (SELECT m.address_key FROM member m
    WHERE m.workspace_id = member_person.workspace_id AND m.id = member_person.member_id);
CREATE INDEX member_person_address ON member_person (address_key, since) WHERE address_key <> '';
