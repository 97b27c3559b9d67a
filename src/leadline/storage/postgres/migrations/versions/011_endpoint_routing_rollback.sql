-- Back to before endpoints had a routing of their own. Which ones routed all waits in a table for the next upgrade.
LOCK TABLE leadline.endpoints IN ACCESS EXCLUSIVE MODE;

CREATE TABLE leadline.endpoint_routing_kept (id UUID NOT NULL, routing VARCHAR(20) NOT NULL);
INSERT INTO leadline.endpoint_routing_kept SELECT id, routing FROM leadline.endpoints WHERE routing <> 'hot_and_warm';
ALTER TABLE leadline.endpoints DROP COLUMN routing;
