-- SPDX-License-Identifier: Apache-2.0
-- min_binary 0.1.0
-- A post goes to each inbox of its author's followers once: found by inbox, however many followers share it.

-- Where what goes to the followers of `target` reaches `account`: its shared inbox or its own; '' for nobody to deliver to.
ALTER TABLE follows ADD COLUMN inbox {text_c} NOT NULL DEFAULT '';
UPDATE follows SET inbox = coalesce((
    SELECT CASE WHEN a.shared_inbox <> '' THEN a.shared_inbox ELSE a.inbox END FROM accounts a
    WHERE a.id = follows.account AND a.domain <> '' AND a.suspended_at IS NULL
        AND a.deleted_at IS NULL), '');
CREATE INDEX follows_inbox ON follows (target, state, inbox);

-- Rows on their way begin again: deliveries that are there already stay single.
ALTER TABLE outbox DROP COLUMN cursor;
ALTER TABLE outbox ADD COLUMN last_inbox {text_c} NOT NULL DEFAULT '';  -- of the followers', the last one handled
