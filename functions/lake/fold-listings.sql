-- The people of lists that are in force, or may be soon: a generation is written before it is put in force.
SELECT DISTINCT f.part, f.pid, f.unit, f.generation, f.until, f.written_at
FROM files f
LEFT JOIN units u ON u.unit = f.unit
WHERE f.part BETWEEN :first AND :last
    AND f.written_at > :oldest
    AND (u.unit IS NULL OR u.generation = f.generation OR f.written_at > :young)
ORDER BY part, pid
