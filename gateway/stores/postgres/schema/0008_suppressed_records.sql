-- Brief records of what other libraries lend are suppressed from discovery from now on: those that are there, too. They
-- are abbreviated by their Leader, and all their holdings stand where such things do. No text in the JSON has a quotation
-- mark that is not escaped.
INSERT INTO index_change
SELECT zone, nextval('index_place'), mms_id FROM record
WHERE substring(marc FROM 18 FOR 1) = '3'::bytea AND (zone, mms_id) IN (
    SELECT zone, mms_id FROM holding GROUP BY zone, mms_id HAVING bool_and(library = 'RES_SHARE' AND location = 'IN_RS_REQ')
);

UPDATE record SET body = replace(replace(body, '"flags":[', '"flags":["suppressed",'), '"suppressed",]', '"suppressed"]')
WHERE substring(marc FROM 18 FOR 1) = '3'::bytea AND (zone, mms_id) IN (
    SELECT zone, mms_id FROM holding GROUP BY zone, mms_id HAVING bool_and(library = 'RES_SHARE' AND location = 'IN_RS_REQ')
);
