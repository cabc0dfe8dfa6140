CREATE TABLE "channel_readings" (
	"chain_id" text NOT NULL,
	"port_id" text NOT NULL,
	"channel_id" text NOT NULL,
	"read_at" timestamp with time zone NOT NULL,
	CONSTRAINT "channel_readings_chain_id_port_id_channel_id_pk" PRIMARY KEY("chain_id","port_id","channel_id")
);
--> statement-breakpoint
CREATE TABLE "delivery_samples" (
	"chain_id" text NOT NULL,
	"port_id" text NOT NULL,
	"channel_id" text NOT NULL,
	"sequence" numeric(20, 0) NOT NULL,
	"outcome" text NOT NULL,
	"chosen_at" timestamp with time zone NOT NULL,
	"sent_at" timestamp with time zone,
	"received_at" timestamp with time zone,
	CONSTRAINT "delivery_samples_chain_id_port_id_channel_id_sequence_pk" PRIMARY KEY("chain_id","port_id","channel_id","sequence"),
	CONSTRAINT "delivery_samples_outcome_known" CHECK ("delivery_samples"."outcome" in ('waiting','delivered','returned','unknown')),
	CONSTRAINT "delivery_samples_delivered_has_times" CHECK ("delivery_samples"."outcome" <> 'delivered' or ("delivery_samples"."sent_at" is not null and "delivery_samples"."received_at" is not null))
);
--> statement-breakpoint
CREATE INDEX "delivery_samples_by_sending" ON "delivery_samples" USING btree ("sent_at");