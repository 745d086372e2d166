-- The people of lists that are in force, or may yet be: such a list was checked against the one in force, and so was
-- written after that one was put in force, but for an hour by which clocks and slow reads may differ.
SELECT DISTINCT f.part, f.pid, f.unit, f.generation, f.until, f.written_at
FROM files f
LEFT JOIN units u ON u.unit = f.unit
WHERE f.part BETWEEN :first AND :last
    AND f.written_at > :oldest
    -- A list's rows outlive it, or their own end, by as long as the table keeps them.
    AND coalesce(CASE WHEN f.until > 0 THEN f.until ELSE u.ends_at END + :kept_s > :now, TRUE)
    AND (u.unit IS NULL OR u.generation = f.generation OR f.written_at > u.since - 3600)
ORDER BY part, pid
