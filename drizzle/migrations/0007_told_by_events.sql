ALTER TABLE "payments" ADD COLUMN "told_by_events" text;--> statement-breakpoint
ALTER TABLE "wallet_outgoing" ADD COLUMN "told_by_events" text;--> statement-breakpoint
ALTER TABLE "wallet_funding" ADD COLUMN "told_by_events" text;