-- Which leads of an endpoint are given to a rep: Hot and Warm, or all.
ALTER TABLE leadline.endpoints ADD COLUMN routing VARCHAR(20) DEFAULT 'hot_and_warm' NOT NULL;

-- What the rollback kept.
CREATE TABLE IF NOT EXISTS leadline.endpoint_routing_kept (id UUID NOT NULL, routing VARCHAR(20) NOT NULL);
UPDATE leadline.endpoints e SET routing = k.routing FROM leadline.endpoint_routing_kept k WHERE k.id = e.id;
DROP TABLE leadline.endpoint_routing_kept;
