CREATE TABLE "auth_challenges" (
	"id" uuid PRIMARY KEY NOT NULL,
	"address" text NOT NULL,
	"chain_id" text NOT NULL,
	"text" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"used_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "auth_sessions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"secret_hash" text NOT NULL,
	"address" text NOT NULL,
	"chain_id" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"last_seen_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"revoked_at" timestamp with time zone,
	CONSTRAINT "auth_sessions_secret_hash_unique" UNIQUE("secret_hash")
);
--> statement-breakpoint
CREATE TABLE "clearing_operations" (
	"id" uuid PRIMARY KEY NOT NULL,
	"token" uuid NOT NULL,
	"payment_chain_id" text NOT NULL,
	"status" text NOT NULL,
	"payment_issue" text NOT NULL,
	"refund_status" text NOT NULL,
	"attempted" boolean DEFAULT false NOT NULL,
	"grace_until" timestamp with time zone NOT NULL,
	"credited_at" timestamp with time zone,
	"deadline_at" timestamp with time zone,
	"finished_at" timestamp with time zone,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "clearing_operations_token_unique" UNIQUE("token"),
	CONSTRAINT "clearing_operations_status_known" CHECK ("clearing_operations"."status" in ('awaiting_payment','queued','clearing','cleared','partially_cleared','not_cleared','not_needed','expired','needs_attention','resolved')),
	CONSTRAINT "clearing_operations_payment_issue_known" CHECK ("clearing_operations"."payment_issue" in ('none','underpaid','overpaid','late','too_late','wrong_denom','duplicate')),
	CONSTRAINT "clearing_operations_refund_status_known" CHECK ("clearing_operations"."refund_status" in ('none','owed','in_progress','done','held')),
	CONSTRAINT "clearing_operations_queued_is_credited" CHECK ("clearing_operations"."status" in ('awaiting_payment','expired','resolved') or ("clearing_operations"."credited_at" is not null and "clearing_operations"."deadline_at" is not null))
);
--> statement-breakpoint
CREATE TABLE "clearing_tokens" (
	"token" uuid PRIMARY KEY NOT NULL,
	"memo_code" text NOT NULL,
	"wallet_address" text NOT NULL,
	"payment_chain_id" text NOT NULL,
	"payment_address" text NOT NULL,
	"total_amount" numeric(78, 0) NOT NULL,
	"total_denom" text NOT NULL,
	"fee_lines" jsonb NOT NULL,
	"issued_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"grace_until" timestamp with time zone NOT NULL,
	"signature" text NOT NULL,
	"requester_ip_key" text NOT NULL,
	"session_address" text,
	CONSTRAINT "clearing_tokens_memo_code_unique" UNIQUE("memo_code"),
	CONSTRAINT "clearing_tokens_total_not_negative" CHECK ("clearing_tokens"."total_amount" >= 0),
	CONSTRAINT "clearing_tokens_times_ordered" CHECK ("clearing_tokens"."issued_at" < "clearing_tokens"."expires_at" and "clearing_tokens"."expires_at" <= "clearing_tokens"."grace_until")
);
--> statement-breakpoint
CREATE TABLE "idempotency_keys" (
	"scope" text NOT NULL,
	"key" text NOT NULL,
	"body_hash" text NOT NULL,
	"response_status" integer,
	"response_body" jsonb,
	"created_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "idempotency_keys_scope_key_pk" PRIMARY KEY("scope","key")
);
--> statement-breakpoint
CREATE TABLE "operation_events" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"operation_id" uuid NOT NULL,
	"type" text NOT NULL,
	"detail" jsonb NOT NULL,
	"actor" text NOT NULL,
	"cause" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "packet_clearing_results" (
	"operation_id" uuid NOT NULL,
	"position" integer NOT NULL,
	"chain_id" text NOT NULL,
	"port_id" text NOT NULL,
	"channel_id" text NOT NULL,
	"sequence" numeric(20, 0) NOT NULL,
	"destination_chain_id" text NOT NULL,
	"destination_port_id" text NOT NULL,
	"destination_channel_id" text NOT NULL,
	"need" text NOT NULL,
	"share_amount" numeric(78, 0) NOT NULL,
	"claimed" boolean DEFAULT false NOT NULL,
	"result" text,
	"relayed_by" text,
	"refund_reason" text,
	"decided_at" timestamp with time zone,
	"attempts" integer DEFAULT 0 NOT NULL,
	"batch_limit" integer DEFAULT 100 NOT NULL,
	"alone_failures" integer DEFAULT 0 NOT NULL,
	"next_attempt_at" timestamp with time zone NOT NULL,
	"note" text,
	CONSTRAINT "packet_clearing_results_operation_id_position_pk" PRIMARY KEY("operation_id","position"),
	CONSTRAINT "packet_clearing_results_packet_once" UNIQUE("operation_id","chain_id","port_id","channel_id","sequence"),
	CONSTRAINT "packet_clearing_results_share_not_negative" CHECK ("packet_clearing_results"."share_amount" >= 0),
	CONSTRAINT "packet_clearing_results_sequence_positive" CHECK ("packet_clearing_results"."sequence" > 0),
	CONSTRAINT "packet_clearing_results_decided_whole" CHECK (("packet_clearing_results"."result" is null) = ("packet_clearing_results"."relayed_by" is null) and ("packet_clearing_results"."result" is null) = ("packet_clearing_results"."decided_at" is null)),
	CONSTRAINT "packet_clearing_results_result_known" CHECK ("packet_clearing_results"."result" in ('delivered','returned_by_timeout','returned_by_error','pending','unknown')),
	CONSTRAINT "packet_clearing_results_relayed_by_known" CHECK ("packet_clearing_results"."relayed_by" in ('us','other','nobody'))
);
--> statement-breakpoint
CREATE TABLE "packet_evidence" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"operation_id" uuid NOT NULL,
	"position" integer NOT NULL,
	"query" text NOT NULL,
	"chain_id" text NOT NULL,
	"height" bigint,
	"endpoint_count" integer NOT NULL,
	"answer" text NOT NULL,
	"read_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "packet_legs" (
	"operation_id" uuid NOT NULL,
	"position" integer NOT NULL,
	"leg" text NOT NULL,
	"chain_id" text NOT NULL,
	"height" bigint NOT NULL,
	"time" timestamp with time zone,
	"tx_hash" text NOT NULL,
	"signer" text,
	CONSTRAINT "packet_legs_operation_id_position_leg_tx_hash_pk" PRIMARY KEY("operation_id","position","leg","tx_hash")
);
--> statement-breakpoint
CREATE TABLE "ledger_entries" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"entry_set" uuid NOT NULL,
	"account" text NOT NULL,
	"chain_id" text NOT NULL,
	"denom" text NOT NULL,
	"amount" numeric(78, 0) NOT NULL,
	"cause" text NOT NULL,
	"payment_id" uuid,
	"operation_id" uuid,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "payments" (
	"id" uuid PRIMARY KEY NOT NULL,
	"chain_id" text NOT NULL,
	"height" bigint NOT NULL,
	"tx_index" integer NOT NULL,
	"msg_index" integer NOT NULL,
	"denom" text NOT NULL,
	"amount" numeric(78, 0) NOT NULL,
	"block_time" timestamp with time zone NOT NULL,
	"tx_hash" text,
	"from_address" text,
	"memo" text NOT NULL,
	"kind" text NOT NULL,
	"state" text NOT NULL,
	"operation_id" uuid,
	"credited_amount" numeric(78, 0) DEFAULT 0 NOT NULL,
	"consumed_amount" numeric(78, 0) DEFAULT 0 NOT NULL,
	"refund_planned_amount" numeric(78, 0) DEFAULT 0 NOT NULL,
	"block_hash" text NOT NULL,
	"result_codes" integer[] NOT NULL,
	"endpoint" text NOT NULL,
	"confirmation" text NOT NULL,
	"reason" text,
	"suggestion" text,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "payments_once_for_ever" UNIQUE("chain_id","height","tx_index","msg_index","denom"),
	CONSTRAINT "payments_amounts_not_negative" CHECK ("payments"."amount" >= 0 and "payments"."credited_amount" >= 0 and "payments"."consumed_amount" >= 0 and "payments"."refund_planned_amount" >= 0),
	CONSTRAINT "payments_credit_within_payment" CHECK ("payments"."credited_amount" <= "payments"."amount"),
	CONSTRAINT "payments_never_given_twice" CHECK ("payments"."consumed_amount" + "payments"."refund_planned_amount" <= "payments"."amount"),
	CONSTRAINT "payments_only_msg_send_credits" CHECK ("payments"."credited_amount" = 0 or "payments"."kind" = 'msg_send'),
	CONSTRAINT "payments_state_known" CHECK ("payments"."state" in ('seen','credited','refund_owed','unallocated')),
	CONSTRAINT "payments_confirmation_known" CHECK ("payments"."confirmation" in ('none','single','agreed')),
	CONSTRAINT "payments_credited_has_operation" CHECK ("payments"."state" not in ('credited','refund_owed') or "payments"."operation_id" is not null)
);
--> statement-breakpoint
CREATE TABLE "refunds" (
	"id" uuid PRIMARY KEY NOT NULL,
	"payment_id" uuid NOT NULL,
	"operation_id" uuid,
	"chain_id" text NOT NULL,
	"denom" text NOT NULL,
	"amount" numeric(78, 0) NOT NULL,
	"destination" text,
	"reason" text NOT NULL,
	"state" text NOT NULL,
	"network_fee_deducted" boolean NOT NULL,
	"tx_hash" text,
	"planned_at" timestamp with time zone NOT NULL,
	CONSTRAINT "refunds_once_per_cause" UNIQUE("payment_id","reason"),
	CONSTRAINT "refunds_amount_positive" CHECK ("refunds"."amount" > 0),
	CONSTRAINT "refunds_state_known" CHECK ("refunds"."state" in ('planned','held','signed','broadcast','confirmed'))
);
--> statement-breakpoint
CREATE TABLE "chain_cursors" (
	"chain_id" text NOT NULL,
	"purpose" text NOT NULL,
	"height" bigint NOT NULL,
	"block_time" timestamp with time zone,
	"leader" text,
	"lease_until" timestamp with time zone,
	CONSTRAINT "chain_cursors_chain_id_purpose_pk" PRIMARY KEY("chain_id","purpose"),
	CONSTRAINT "chain_cursors_purpose_known" CHECK ("chain_cursors"."purpose" in ('primary','audit'))
);
--> statement-breakpoint
CREATE TABLE "pending_packets" (
	"chain_id" text NOT NULL,
	"port_id" text NOT NULL,
	"channel_id" text NOT NULL,
	"sequence" numeric(20, 0) NOT NULL,
	"destination_chain_id" text NOT NULL,
	"state" text NOT NULL,
	"sender" text,
	"receiver" text,
	"denom" text,
	"amount" numeric(78, 0),
	"sent_at" timestamp with time zone,
	"source_height" bigint NOT NULL,
	"first_seen_at" timestamp with time zone NOT NULL,
	CONSTRAINT "pending_packets_chain_id_port_id_channel_id_sequence_pk" PRIMARY KEY("chain_id","port_id","channel_id","sequence")
);
--> statement-breakpoint
CREATE TABLE "relayer_breakers" (
	"executor" text NOT NULL,
	"route" text NOT NULL,
	"consecutive_failures" integer NOT NULL,
	"open_until" timestamp with time zone,
	CONSTRAINT "relayer_breakers_executor_route_pk" PRIMARY KEY("executor","route")
);
--> statement-breakpoint
CREATE TABLE "relayer_lanes" (
	"chain_id" text NOT NULL,
	"address" text NOT NULL,
	"run_id" uuid,
	"lease_until" timestamp with time zone,
	CONSTRAINT "relayer_lanes_chain_id_address_pk" PRIMARY KEY("chain_id","address")
);
--> statement-breakpoint
CREATE TABLE "relayer_runs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"chain_id" text NOT NULL,
	"port_id" text NOT NULL,
	"channel_id" text NOT NULL,
	"executor" text NOT NULL,
	"sequences" numeric(20, 0)[] NOT NULL,
	"operation_ids" uuid[] NOT NULL,
	"instance_id" text NOT NULL,
	"started_at" timestamp with time zone NOT NULL,
	"lease_until" timestamp with time zone NOT NULL,
	"finished_at" timestamp with time zone,
	"result" text,
	"report" jsonb,
	CONSTRAINT "relayer_runs_names_packets" CHECK (cardinality("relayer_runs"."sequences") > 0)
);
--> statement-breakpoint
ALTER TABLE "clearing_operations" ADD CONSTRAINT "clearing_operations_token_clearing_tokens_token_fk" FOREIGN KEY ("token") REFERENCES "public"."clearing_tokens"("token") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "operation_events" ADD CONSTRAINT "operation_events_operation_id_clearing_operations_id_fk" FOREIGN KEY ("operation_id") REFERENCES "public"."clearing_operations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "packet_clearing_results" ADD CONSTRAINT "packet_clearing_results_operation_id_clearing_operations_id_fk" FOREIGN KEY ("operation_id") REFERENCES "public"."clearing_operations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "packet_evidence" ADD CONSTRAINT "packet_evidence_operation_id_clearing_operations_id_fk" FOREIGN KEY ("operation_id") REFERENCES "public"."clearing_operations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "packet_legs" ADD CONSTRAINT "packet_legs_operation_id_clearing_operations_id_fk" FOREIGN KEY ("operation_id") REFERENCES "public"."clearing_operations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ledger_entries" ADD CONSTRAINT "ledger_entries_payment_id_payments_id_fk" FOREIGN KEY ("payment_id") REFERENCES "public"."payments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ledger_entries" ADD CONSTRAINT "ledger_entries_operation_id_clearing_operations_id_fk" FOREIGN KEY ("operation_id") REFERENCES "public"."clearing_operations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payments" ADD CONSTRAINT "payments_operation_id_clearing_operations_id_fk" FOREIGN KEY ("operation_id") REFERENCES "public"."clearing_operations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "refunds" ADD CONSTRAINT "refunds_payment_id_payments_id_fk" FOREIGN KEY ("payment_id") REFERENCES "public"."payments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "refunds" ADD CONSTRAINT "refunds_operation_id_clearing_operations_id_fk" FOREIGN KEY ("operation_id") REFERENCES "public"."clearing_operations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "auth_challenges_expiry" ON "auth_challenges" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "auth_sessions_by_address" ON "auth_sessions" USING btree ("address");--> statement-breakpoint
CREATE INDEX "auth_sessions_expiry" ON "auth_sessions" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "clearing_operations_awaiting" ON "clearing_operations" USING btree ("payment_chain_id","grace_until") WHERE status = 'awaiting_payment';--> statement-breakpoint
CREATE INDEX "clearing_operations_unfinished" ON "clearing_operations" USING btree ("status","deadline_at") WHERE status in ('queued','clearing','needs_attention');--> statement-breakpoint
CREATE INDEX "clearing_operations_newest" ON "clearing_operations" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "clearing_tokens_by_ip" ON "clearing_tokens" USING btree ("requester_ip_key","grace_until");--> statement-breakpoint
CREATE INDEX "clearing_tokens_by_session" ON "clearing_tokens" USING btree ("session_address","issued_at");--> statement-breakpoint
CREATE INDEX "idempotency_keys_expiry" ON "idempotency_keys" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "operation_events_by_operation" ON "operation_events" USING btree ("operation_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "packet_clearing_results_one_live_claim" ON "packet_clearing_results" USING btree ("chain_id","port_id","channel_id","sequence") WHERE claimed;--> statement-breakpoint
CREATE INDEX "packet_clearing_results_due" ON "packet_clearing_results" USING btree ("chain_id","port_id","channel_id","next_attempt_at") WHERE claimed and result is null;--> statement-breakpoint
CREATE INDEX "packet_evidence_by_packet" ON "packet_evidence" USING btree ("operation_id","position");--> statement-breakpoint
CREATE INDEX "ledger_entries_by_set" ON "ledger_entries" USING btree ("entry_set");--> statement-breakpoint
CREATE INDEX "ledger_entries_by_account" ON "ledger_entries" USING btree ("account","denom");--> statement-breakpoint
CREATE INDEX "payments_seen" ON "payments" USING btree ("chain_id","height") WHERE state = 'seen';--> statement-breakpoint
CREATE INDEX "payments_by_operation" ON "payments" USING btree ("operation_id");--> statement-breakpoint
CREATE INDEX "payments_by_sender" ON "payments" USING btree ("from_address");--> statement-breakpoint
CREATE INDEX "payments_by_tx" ON "payments" USING btree ("tx_hash");--> statement-breakpoint
CREATE INDEX "refunds_by_operation" ON "refunds" USING btree ("operation_id");--> statement-breakpoint
CREATE INDEX "refunds_waiting" ON "refunds" USING btree ("planned_at") WHERE state <> 'confirmed';--> statement-breakpoint
CREATE INDEX "pending_packets_by_sender" ON "pending_packets" USING btree ("sender");--> statement-breakpoint
CREATE INDEX "pending_packets_by_receiver" ON "pending_packets" USING btree ("receiver");--> statement-breakpoint
CREATE INDEX "relayer_runs_unfinished" ON "relayer_runs" USING btree ("lease_until") WHERE finished_at is null;--> statement-breakpoint
CREATE VIEW "public"."user_operations" AS (
  select t.session_address as address, o.id as operation_id from clearing_operations o join clearing_tokens t on t.token = o.token where t.session_address is not null
  union
  select p.from_address, p.operation_id from payments p where p.operation_id is not null and p.from_address is not null);--> statement-breakpoint
CREATE VIEW "public"."user_statistics" AS (
  select p.from_address as address, p.denom, count(distinct p.operation_id) as operations, sum(p.amount)::numeric(78,0) as paid,
    coalesce(sum((select sum(r.amount) from refunds r where r.payment_id = p.id)), 0)::numeric(78,0) as refunded
  from payments p where p.operation_id is not null and p.from_address is not null
  group by p.from_address, p.denom);--> statement-breakpoint
-- The ledger is append-only: corrections are new entries.
CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'ledger entries are append-only';
END $$;--> statement-breakpoint
CREATE TRIGGER ledger_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entries FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();--> statement-breakpoint
-- Invariant I1: every entry set sums to zero per chain and denom, judged when the transaction commits.
CREATE FUNCTION ledger_check_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM ledger_entries WHERE entry_set = NEW.entry_set GROUP BY chain_id, denom HAVING sum(amount) <> 0) THEN
    RAISE EXCEPTION 'ledger entry set % does not sum to zero', NEW.entry_set;
  END IF;
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE CONSTRAINT TRIGGER ledger_entries_balanced AFTER INSERT ON ledger_entries DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_check_balanced();
