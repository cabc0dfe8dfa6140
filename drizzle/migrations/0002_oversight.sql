CREATE TABLE "audit_log" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"actor" text NOT NULL,
	"actor_address" text,
	"action" text NOT NULL,
	"subject_type" text NOT NULL,
	"subject_id" text NOT NULL,
	"reason" text NOT NULL,
	"detail" jsonb NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "pauses" (
	"scope" text PRIMARY KEY NOT NULL,
	"reason" text NOT NULL,
	"paused_by" text NOT NULL,
	"paused_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE UNLOGGED TABLE "rate_limits" (
	"key" text PRIMARY KEY NOT NULL,
	"points" integer DEFAULT 0 NOT NULL,
	"expire" bigint
);
--> statement-breakpoint
CREATE TABLE "reconciliation_findings" (
	"id" uuid PRIMARY KEY NOT NULL,
	"chain_id" text,
	"invariant" text NOT NULL,
	"subject" text NOT NULL,
	"sentence" text NOT NULL,
	"first_seen_at" timestamp with time zone NOT NULL,
	"last_seen_at" timestamp with time zone NOT NULL,
	"closed_at" timestamp with time zone,
	"close_reason" text,
	CONSTRAINT "reconciliation_findings_closed_says_why" CHECK (("reconciliation_findings"."closed_at" is null) = ("reconciliation_findings"."close_reason" is null))
);
--> statement-breakpoint
CREATE TABLE "reconciliation_runs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"chain_id" text,
	"cause" text NOT NULL,
	"started_at" timestamp with time zone NOT NULL,
	"finished_at" timestamp with time zone NOT NULL,
	"height" bigint,
	"result" text NOT NULL,
	"checks" jsonb NOT NULL,
	CONSTRAINT "reconciliation_runs_result_known" CHECK ("reconciliation_runs"."result" in ('sound','broken','cannot_tell'))
);
--> statement-breakpoint
CREATE TABLE "scan_gaps" (
	"chain_id" text NOT NULL,
	"from_height" bigint NOT NULL,
	"to_height" bigint NOT NULL,
	"reason" text NOT NULL,
	"skipped_by" text NOT NULL,
	"skipped_at" timestamp with time zone NOT NULL,
	CONSTRAINT "scan_gaps_chain_id_from_height_pk" PRIMARY KEY("chain_id","from_height"),
	CONSTRAINT "scan_gaps_not_empty" CHECK ("scan_gaps"."to_height" >= "scan_gaps"."from_height")
);
--> statement-breakpoint
CREATE TABLE "wallet_checkpoints" (
	"chain_id" text NOT NULL,
	"address" text NOT NULL,
	"denom" text NOT NULL,
	"height" bigint NOT NULL,
	"balance" numeric(78, 0) NOT NULL,
	"read_at" timestamp with time zone NOT NULL,
	CONSTRAINT "wallet_checkpoints_chain_id_address_denom_height_pk" PRIMARY KEY("chain_id","address","denom","height")
);
--> statement-breakpoint
CREATE TABLE "wallet_funding" (
	"chain_id" text NOT NULL,
	"height" bigint NOT NULL,
	"tx_index" integer NOT NULL,
	"msg_index" integer NOT NULL,
	"denom" text NOT NULL,
	"address" text NOT NULL,
	"amount" numeric(78, 0) NOT NULL,
	"from_address" text,
	"tx_hash" text,
	"block_time" timestamp with time zone NOT NULL,
	"block_hash" text NOT NULL,
	"result_codes" integer[] NOT NULL,
	"endpoint" text NOT NULL,
	"confirmation" text NOT NULL,
	"booked_at" timestamp with time zone,
	CONSTRAINT "wallet_funding_chain_id_height_tx_index_msg_index_denom_address_pk" PRIMARY KEY("chain_id","height","tx_index","msg_index","denom","address"),
	CONSTRAINT "wallet_funding_confirmation_known" CHECK ("wallet_funding"."confirmation" in ('none','single','agreed'))
);
--> statement-breakpoint
CREATE TABLE "watched_wallets" (
	"chain_id" text NOT NULL,
	"address" text NOT NULL,
	"role" text NOT NULL,
	"added_at" timestamp with time zone NOT NULL,
	"watched_from" bigint,
	"opened_height" bigint,
	CONSTRAINT "watched_wallets_chain_id_address_pk" PRIMARY KEY("chain_id","address"),
	CONSTRAINT "watched_wallets_role_known" CHECK ("watched_wallets"."role" in ('service','relayer')),
	CONSTRAINT "watched_wallets_opened_after_watched" CHECK ("watched_wallets"."opened_height" is null or "watched_wallets"."opened_height" >= "watched_wallets"."watched_from")
);
--> statement-breakpoint
ALTER TABLE "payments" DROP CONSTRAINT "payments_state_known";--> statement-breakpoint
ALTER TABLE "payments" DROP CONSTRAINT "payments_credited_has_operation";--> statement-breakpoint
ALTER TABLE "refunds" DROP CONSTRAINT "refunds_hold_reason_known";--> statement-breakpoint
ALTER TABLE "wallet_outgoing" DROP CONSTRAINT "wallet_outgoing_kind_known";--> statement-breakpoint
ALTER TABLE "wallet_outgoing" DROP CONSTRAINT "wallet_outgoing_chain_id_height_tx_index_msg_index_pk";--> statement-breakpoint
ALTER TABLE "wallet_outgoing" ADD CONSTRAINT "wallet_outgoing_chain_id_height_tx_index_msg_index_address_pk" PRIMARY KEY("chain_id","height","tx_index","msg_index","address");--> statement-breakpoint
ALTER TABLE "auth_challenges" ADD COLUMN "purpose" text DEFAULT 'sign_in' NOT NULL;--> statement-breakpoint
ALTER TABLE "auth_challenges" ADD COLUMN "subject" text;--> statement-breakpoint
ALTER TABLE "ledger_entries" ADD COLUMN "height" bigint;--> statement-breakpoint
ALTER TABLE "ledger_entries" ADD COLUMN "reason" text;--> statement-breakpoint
ALTER TABLE "refunds" ADD COLUMN "network_fee" numeric(78, 0);--> statement-breakpoint
ALTER TABLE "wallet_outgoing" ADD COLUMN "accepted_by" text;--> statement-breakpoint
CREATE INDEX "audit_log_by_subject" ON "audit_log" USING btree ("subject_type","subject_id","id");--> statement-breakpoint
CREATE INDEX "audit_log_newest" ON "audit_log" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "rate_limits_expiry" ON "rate_limits" USING btree ("expire");--> statement-breakpoint
CREATE UNIQUE INDEX "reconciliation_findings_open_once" ON "reconciliation_findings" USING btree (coalesce(chain_id, ''),"invariant","subject") WHERE closed_at is null;--> statement-breakpoint
CREATE INDEX "reconciliation_runs_newest" ON "reconciliation_runs" USING btree ("chain_id","finished_at");--> statement-breakpoint
CREATE INDEX "wallet_funding_unbooked" ON "wallet_funding" USING btree ("chain_id","height") WHERE booked_at is null;--> statement-breakpoint
CREATE INDEX "ledger_entries_of_wallets" ON "ledger_entries" USING btree ("chain_id","account","denom","height") WHERE height is not null;--> statement-breakpoint
ALTER TABLE "auth_challenges" ADD CONSTRAINT "auth_challenges_purpose_known" CHECK ("auth_challenges"."purpose" in ('sign_in','admin_action','refund_claim'));--> statement-breakpoint
ALTER TABLE "auth_challenges" ADD CONSTRAINT "auth_challenges_names_its_subject" CHECK (("auth_challenges"."purpose" = 'sign_in') = ("auth_challenges"."subject" is null));--> statement-breakpoint
ALTER TABLE "payments" ADD CONSTRAINT "payments_state_known" CHECK ("payments"."state" in ('seen','credited','refund_owed','unallocated','owner_capital'));--> statement-breakpoint
ALTER TABLE "payments" ADD CONSTRAINT "payments_credited_has_operation" CHECK ("payments"."state" <> 'credited' or "payments"."operation_id" is not null);--> statement-breakpoint
ALTER TABLE "refunds" ADD CONSTRAINT "refunds_hold_reason_known" CHECK ("refunds"."hold_reason" in ('minimum','approval','exchange','refused','no_destination'));--> statement-breakpoint
ALTER TABLE "wallet_outgoing" ADD CONSTRAINT "wallet_outgoing_kind_known" CHECK ("wallet_outgoing"."kind" in ('refund','failed_refund','operator','stranger','relay'));--> statement-breakpoint
-- What happened stays as it was written: corrections are new rows.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;--> statement-breakpoint
CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();--> statement-breakpoint
CREATE TRIGGER operation_events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON operation_events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
