-- Everything is where it belongs.
DROP TABLE leadline.company_website_kept;
