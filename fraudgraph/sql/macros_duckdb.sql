-- What sqlglot does not carry over to Spark SQL lives behind these names, one definition per engine (design, section 5).
CREATE OR REPLACE TEMP MACRO fg_quantile(value, share) AS quantile_cont(value, share);
CREATE OR REPLACE TEMP MACRO fg_mad(value) AS mad(value);
CREATE OR REPLACE TEMP MACRO fg_hash(value) AS hash(value);
