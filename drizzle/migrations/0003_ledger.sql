ALTER TABLE "payments" DROP CONSTRAINT "payments_once_for_ever";--> statement-breakpoint
ALTER TABLE "payments" ADD COLUMN "to_address" text;--> statement-breakpoint
-- So far a chain had one service wallet: the one that its tokens name.
UPDATE "payments" p SET "to_address" = coalesce((SELECT t.payment_address FROM clearing_tokens t WHERE t.payment_chain_id = p.chain_id ORDER BY t.issued_at DESC LIMIT 1), '');--> statement-breakpoint
ALTER TABLE "payments" ALTER COLUMN "to_address" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "payments" ADD CONSTRAINT "payments_once_for_ever" UNIQUE("chain_id","height","tx_index","msg_index","denom","to_address");--> statement-breakpoint
-- Entries stay as they were written; from here on a leg of a wallet says which block moved it.
ALTER TABLE "ledger_entries" ADD CONSTRAINT "ledger_entries_wallets_move_in_blocks" CHECK ("ledger_entries"."account" not like 'wallet:%' or "ledger_entries"."height" is not null) NOT VALID;--> statement-breakpoint
-- What is only seen is in no book any more: it is booked when its block is vouched for.
INSERT INTO ledger_entries (entry_set, account, chain_id, denom, amount, cause, payment_id, height, reason, created_at)
SELECT s.entry_set, leg.account, s.chain_id, s.denom, leg.sign * s.amount, 'correction', s.id, leg.height, 'only seen payments are in no book', now()
FROM (SELECT gen_random_uuid() AS entry_set, p.* FROM payments p WHERE p.state = 'seen') s,
  LATERAL (VALUES ('wallet:service', -1, s.height), ('liability:unallocated', 1, NULL)) AS leg (account, sign, height);--> statement-breakpoint
-- Accounts of wallets name their address.
INSERT INTO ledger_entries (entry_set, account, chain_id, denom, amount, cause, height, reason, created_at)
SELECT held.entry_set, leg.account, held.chain_id, held.denom, leg.sign * held.amount, 'correction', held.height, 'accounts of wallets name their address', now()
FROM (SELECT gen_random_uuid() AS entry_set, e.chain_id, e.denom, sum(e.amount) AS amount,
    (SELECT t.payment_address FROM clearing_tokens t WHERE t.payment_chain_id = e.chain_id ORDER BY t.issued_at DESC LIMIT 1) AS address,
    coalesce((SELECT c.height FROM chain_cursors c WHERE c.chain_id = e.chain_id AND c.purpose = 'primary'), 0) AS height
  FROM ledger_entries e WHERE e.account = 'wallet:service' GROUP BY e.chain_id, e.denom) held,
  LATERAL (VALUES ('wallet:service', -1), ('wallet:service:' || held.address, 1)) AS leg (account, sign)
WHERE held.address IS NOT NULL;--> statement-breakpoint
INSERT INTO watched_wallets (chain_id, address, role, added_at, watched_from)
SELECT DISTINCT t.payment_chain_id, t.payment_address, 'service', now(), coalesce((SELECT min(p.height) - 1 FROM payments p WHERE p.chain_id = c.chain_id), c.height)
FROM clearing_tokens t JOIN chain_cursors c ON c.chain_id = t.payment_chain_id AND c.purpose = 'primary' AND c.height >= 0;
