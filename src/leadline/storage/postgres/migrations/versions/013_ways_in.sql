-- A new endpoint routes as the house does; those that are there keep what they say.
ALTER TABLE leadline.endpoints ALTER COLUMN routing SET DEFAULT 'house';
