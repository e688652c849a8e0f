-- A webhook's last failure as its deliveries have it: a code and a status that a page can put into words, and the sentence.
alter table webhooks rename column last_error to last_message;
alter table webhooks add column last_error text, add column last_status integer;
update webhooks w set last_error = a.error, last_status = a.status
  from webhook_attempts a where a.webhook_id = w.id and a.started_at = w.last_failure_at and not a.succeeded;
