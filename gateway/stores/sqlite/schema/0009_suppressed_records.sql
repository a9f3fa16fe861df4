-- Brief records of what other libraries lend are suppressed from discovery from now on: those that are there, too. They
-- are abbreviated by their Leader, and all their holdings stand where such things do. X'5B5D' is an empty JSON array.
CREATE TEMPORARY TABLE brief AS
SELECT zone, mms_id, row_number() OVER (PARTITION BY zone ORDER BY mms_id) AS number FROM record
WHERE substr(marc, 18, 1) = X'33' AND (zone, mms_id) IN (
    SELECT zone, mms_id FROM holding GROUP BY zone, mms_id HAVING min(library = 'RES_SHARE' AND location = 'IN_RS_REQ')
);

UPDATE record SET flags = CAST(
    CASE flags WHEN X'5B5D' THEN '["suppressed"]' ELSE replace(CAST(flags AS TEXT), '[', '["suppressed",') END AS BLOB
)
WHERE (zone, mms_id) IN (SELECT zone, mms_id FROM brief);

INSERT INTO index_change
SELECT zone, number + coalesce((SELECT max(place) FROM index_change AS last WHERE last.zone = brief.zone), 0), mms_id
FROM brief;

DROP TABLE brief;
