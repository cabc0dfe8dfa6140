CREATE TABLE "payout_lanes" (
	"chain_id" text NOT NULL,
	"address" text NOT NULL,
	"holder" text,
	"lease_until" timestamp with time zone,
	"fence" bigint DEFAULT 0 NOT NULL,
	"baseline_sequence" bigint,
	"wait_reason" text,
	CONSTRAINT "payout_lanes_chain_id_address_pk" PRIMARY KEY("chain_id","address")
);
--> statement-breakpoint
CREATE TABLE "refund_transactions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"chain_id" text NOT NULL,
	"address" text NOT NULL,
	"tx_hash" text NOT NULL,
	"tx_bytes" text NOT NULL,
	"refund_ids" uuid[] NOT NULL,
	"destination" text NOT NULL,
	"denom" text NOT NULL,
	"amount" numeric(78, 0) NOT NULL,
	"fee_denom" text NOT NULL,
	"fee_amount" numeric(78, 0) NOT NULL,
	"account_sequence" bigint NOT NULL,
	"signed_height" bigint NOT NULL,
	"timeout_height" bigint NOT NULL,
	"fence" bigint NOT NULL,
	"instance_id" text NOT NULL,
	"signed_at" timestamp with time zone NOT NULL,
	"broadcasts" integer DEFAULT 0 NOT NULL,
	"last_broadcast_at" timestamp with time zone,
	"last_answer" text,
	"state" text NOT NULL,
	"closed_at" timestamp with time zone,
	"close_reason" text,
	CONSTRAINT "refund_transactions_state_known" CHECK ("refund_transactions"."state" in ('open','confirmed','void')),
	CONSTRAINT "refund_transactions_pays" CHECK ("refund_transactions"."amount" > 0 and cardinality("refund_transactions"."refund_ids") > 0),
	CONSTRAINT "refund_transactions_times_out" CHECK ("refund_transactions"."timeout_height" > "refund_transactions"."signed_height")
);
--> statement-breakpoint
CREATE TABLE "wallet_outgoing" (
	"chain_id" text NOT NULL,
	"height" bigint NOT NULL,
	"tx_index" integer NOT NULL,
	"msg_index" integer NOT NULL,
	"address" text NOT NULL,
	"tx_hash" text,
	"code" integer NOT NULL,
	"memo" text NOT NULL,
	"sequence" bigint,
	"to_address" text,
	"coins" jsonb NOT NULL,
	"fee" jsonb NOT NULL,
	"block_time" timestamp with time zone NOT NULL,
	"block_hash" text NOT NULL,
	"result_codes" integer[] NOT NULL,
	"endpoint" text NOT NULL,
	"confirmation" text NOT NULL,
	"kind" text,
	"note" text,
	"accepted_reason" text,
	CONSTRAINT "wallet_outgoing_chain_id_height_tx_index_msg_index_pk" PRIMARY KEY("chain_id","height","tx_index","msg_index"),
	CONSTRAINT "wallet_outgoing_kind_known" CHECK ("wallet_outgoing"."kind" in ('refund','failed_refund','operator','stranger')),
	CONSTRAINT "wallet_outgoing_confirmation_known" CHECK ("wallet_outgoing"."confirmation" in ('none','single','agreed'))
);
--> statement-breakpoint
ALTER TABLE "refunds" ADD COLUMN "hold_reason" text;--> statement-breakpoint
ALTER TABLE "refunds" ADD COLUMN "hold_note" text;--> statement-breakpoint
ALTER TABLE "refunds" ADD COLUMN "next_try_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "refunds" ADD COLUMN "failures" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "refunds" ADD COLUMN "approved_by" text;--> statement-breakpoint
ALTER TABLE "refunds" ADD COLUMN "confirmed_at" timestamp with time zone;--> statement-breakpoint
CREATE UNIQUE INDEX "refund_transactions_hash" ON "refund_transactions" USING btree ("chain_id","tx_hash");--> statement-breakpoint
CREATE UNIQUE INDEX "refund_transactions_one_open" ON "refund_transactions" USING btree ("chain_id","address") WHERE state = 'open';--> statement-breakpoint
CREATE INDEX "wallet_outgoing_by_sequence" ON "wallet_outgoing" USING btree ("chain_id","address","sequence");--> statement-breakpoint
CREATE INDEX "wallet_outgoing_unjudged" ON "wallet_outgoing" USING btree ("chain_id","height") WHERE kind is null;--> statement-breakpoint
CREATE INDEX "wallet_outgoing_strangers" ON "wallet_outgoing" USING btree ("chain_id") WHERE kind = 'stranger' and accepted_reason is null;--> statement-breakpoint
CREATE INDEX "refunds_payable" ON "refunds" USING btree ("chain_id","planned_at") WHERE state in ('planned','held');--> statement-breakpoint
ALTER TABLE "refunds" ADD CONSTRAINT "refunds_hold_reason_known" CHECK ("refunds"."hold_reason" in ('minimum','approval','refused','no_destination'));--> statement-breakpoint
ALTER TABLE "refunds" ADD CONSTRAINT "refunds_held_says_why" CHECK ("refunds"."hold_reason" is null or "refunds"."state" = 'held');--> statement-breakpoint
ALTER TABLE "refunds" ADD CONSTRAINT "refunds_under_way_name_their_tx" CHECK ("refunds"."state" not in ('signed','broadcast','confirmed') or "refunds"."tx_hash" is not null);