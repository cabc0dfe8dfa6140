DROP VIEW "public"."user_statistics";--> statement-breakpoint
CREATE VIEW "public"."user_statistics" AS (
  select p.from_address as address, p.chain_id, p.denom, count(distinct p.operation_id) as operations, sum(p.amount)::numeric(78,0) as paid,
    coalesce(sum((select sum(r.amount) from refunds r where r.payment_id = p.id)), 0)::numeric(78,0) as refunded
  from payments p where p.operation_id is not null and p.from_address is not null
  group by p.from_address, p.chain_id, p.denom);