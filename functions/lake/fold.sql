-- The row that stands for each person and tube: the greatest order (law 1), of equal ones the first that was received.
-- Old rows leave when their retention is over. `files` are the former state and what arrived since.
SELECT part, pid, lab, tube, ord, revision, pool_size, sampled_at, reported_at, result, site, received_at
FROM (
    SELECT
        *,
        row_number() OVER (PARTITION BY pid, lab, tube ORDER BY ord DESC, received_at) AS place
    FROM files
    WHERE part BETWEEN :first AND :last
)
WHERE place = 1 AND greatest(sampled_at, received_at) + :retention_s > :now
ORDER BY part, pid
