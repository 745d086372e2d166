-- An invented city, by formulas of numbers alone: the same seed is the same city, and any part of it can be made alone.
-- Relations: people (n, pid, part): those under :people are listed by a unit, the rest are strangers who are tested too.
-- Parameters: :people, :population, :units, :rounds, :interval_s, :seed, :cutoff, :files, :first, :last (parts)
-- A round is one testing of everybody, 0 the newest. Each `name:` line below begins one statement.

-- visits:
-- Where somebody stands in a round's queue decides the tube they share, its laboratory, site, instant and outcome.
SELECT
    pid,
    part,
    n,
    round,
    place,
    place // 20 AS block,
    CASE WHEN kind < 3 THEN 1 WHEN kind < 8 THEN 10 ELSE 20 END AS pool_size,
    CASE WHEN kind < 3 THEN place WHEN kind < 8 THEN place - place % 10 ELSE place - place % 20 END AS first_place,
    luck
FROM (
    SELECT
        p.pid,
        p.part,
        p.n,
        r.round,
        (p.n * 2654435761 + r.round * 40503 + :seed) % :population AS place,
        hash((p.n * 2654435761 + r.round * 40503 + :seed) % :population // 20, r.round, :seed) % 10 AS kind,
        hash(p.n, r.round, :seed, 'person') % 100000 AS luck
    FROM people p, range(:rounds) r(round)
    WHERE p.part BETWEEN :first AND :last
        AND hash(p.n, :seed) % 100 >= 3
        AND hash(p.n, r.round, :seed, 'came') % 100 >= 8
        AND r.round BETWEEN :newest AND :oldest
)

-- tested:
-- `luck` is a person's own, of 100,000 in a round; `tube_luck` that of everybody in the tube.
SELECT
    *,
    concat('L-', 10 + block % 40) AS lab,
    printf('%02d%09d', round, first_place) AS tube,
    concat('S-', block % 1500) AS site,
    hash(first_place, round, :seed, 'tube') % 100000 AS tube_luck,
    CAST(:cutoff - round * :interval_s - hash(block, round, :seed) % (:interval_s - 600) - place % 20 * 9 - 60 AS BIGINT)
        AS sampled_at
FROM visits

-- said:
-- What a laboratory says in the end, and of a few, in a revision, what it says after that.
SELECT
    *,
    CASE
        WHEN tube_luck < 3000 AND round = 0 THEN 'pending'
        WHEN tube_luck BETWEEN 5000 AND 5150 AND pool_size > 1 THEN 'positive'
        WHEN tube_luck BETWEEN 5000 AND 5060 THEN 'positive'
        WHEN tube_luck BETWEEN 6000 AND 6150 THEN 'inconclusive'
        WHEN luck < 300 THEN 'void'
        ELSE 'negative'
    END AS result,
    CASE
        WHEN luck BETWEEN 1000 AND 1400 AND pool_size > 1 THEN 'void'
        WHEN luck BETWEEN 1000 AND 1040 THEN 'positive'
        WHEN luck BETWEEN 1041 AND 1080 THEN 'inconclusive'
        WHEN luck BETWEEN 1081 AND 1400 THEN 'negative'
    END AS corrected,
    -- The neighbour's single tube was this person's: said in a revision, it takes the tube from the neighbour.
    pool_size = 1 AND luck BETWEEN 2000 AND 2100 AS reassigned
FROM tested

-- rows:
SELECT
    part,
    pid,
    lab,
    tube,
    printf('%03d%d%s', revision, severity, md5(concat_ws('|', pid, lab, tube, revision, sampled_at, result))) AS ord,
    CAST(revision AS SMALLINT) AS revision,
    CAST(pool_size AS SMALLINT) AS pool_size,
    sampled_at,
    CASE WHEN result <> 'pending' THEN sampled_at + 21600 END AS reported_at,
    result,
    site,
    CAST(least(sampled_at + delay_s, :cutoff) AS BIGINT) AS received_at,
    round,
    file
FROM (
    SELECT
        *,
        CASE result WHEN 'pending' THEN 0 WHEN 'negative' THEN 1 WHEN 'void' THEN 2 WHEN 'inconclusive' THEN 3 ELSE 4 END
            AS severity
    FROM (
        SELECT
            pid, part, lab, tube, pool_size, sampled_at, site, round,
            CASE WHEN round > 0 AND corrected IS NOT NULL THEN corrected ELSE result END AS result,
            CASE WHEN round > 0 AND corrected IS NOT NULL THEN 1 ELSE 0 END AS revision,
            25200 AS delay_s,
            block % :files AS file
        FROM said
        UNION ALL
        -- Before its result a laboratory registered the tube.
        SELECT pid, part, lab, tube, pool_size, sampled_at, site, round, 'pending', 0, 3600, (block + 1) % :files
        FROM said WHERE round = 0 AND tube_luck % 20 = 0
        UNION ALL
        SELECT pid, part, lab, tube, pool_size, sampled_at, site, round, corrected, 1, 28800, (block + 2) % :files
        FROM said WHERE round = 0 AND corrected IS NOT NULL
        UNION ALL
        SELECT
            pid, part, lab, printf('%02d%09d', round, xor(place, 1)), 1, sampled_at, site, round, 'negative', 1, 30000,
            block % :files
        FROM said WHERE reassigned
        UNION ALL
        -- The same row in a second upload: today's, or yesterday's resent.
        SELECT
            pid, part, lab, tube, pool_size, sampled_at, site, -1,
            CASE WHEN round > 0 AND corrected IS NOT NULL THEN corrected ELSE result END,
            CASE WHEN round > 0 AND corrected IS NOT NULL THEN 1 ELSE 0 END,
            32400,
            (block + 3) % :files
        FROM said WHERE (round = 0 AND luck % 50 = 0) OR (round = 1 AND luck % 100 = 0)
    )
)

-- listed:
-- Units are of very different sizes. One in fifty has a new list today, without one in twenty-five of its people.
SELECT part, pid, concat('U-', unit) AS unit, generation, until, CAST(:cutoff - age_s AS BIGINT) AS written_at
FROM (
    SELECT
        *,
        CASE
            WHEN hash(n, :seed, 'until') % 100 < 2 THEN :cutoff - 3600
            WHEN hash(n, :seed, 'until') % 100 < 7 THEN :cutoff + 36000
            ELSE 0
        END AS until
    FROM (
        SELECT *, 'g1' AS generation, 864000 AS age_s FROM employed
        UNION ALL
        SELECT *, 'g2', 7200 FROM employed WHERE unit % 50 = 7 AND hash(n, :seed, 'left') % 25 > 0
    )
)

-- employed:
SELECT pid, part, n, CAST(floor(:units * pow(hash(n, :seed, 'unit') / 18446744073709551616.0, 2)) AS BIGINT) AS unit
FROM people WHERE n < :people AND part BETWEEN :first AND :last
UNION
SELECT pid, part, n, CAST(hash(n, :seed, 'second') % :units AS BIGINT)
FROM people WHERE n < :people AND part BETWEEN :first AND :last AND hash(n, :seed, 'second') % 100 < 3

-- approvals:
SELECT
    concat('U-', unit) AS unit,
    CASE WHEN unit % 50 = 7 THEN 'g2' ELSE 'g1' END AS generation,
    hash(unit, :seed) % 100 > 0 AS approved,
    CASE
        WHEN hash(unit, :seed, 'ends') % 100 < 1 THEN CAST(:cutoff - 3600 AS BIGINT)
        WHEN hash(unit, :seed, 'ends') % 100 < 50 THEN CAST(:cutoff + 2592000 AS BIGINT)
    END AS ends_at
FROM range(:units) u(unit)

-- stood:
-- What events have led to since yesterday's run: of the newest sample of nearly everybody.
SELECT
    e.part,
    e.pid,
    concat('U-', e.unit) AS unit,
    CASE
        WHEN s.sampled_at IS NULL THEN 'no-test'
        WHEN s.result = 'negative' AND s.sampled_at + 172800 > :cutoff THEN 'eligible'
        WHEN s.result = 'negative' THEN 'test-too-old'
        WHEN s.result = 'pending' THEN 'result-pending'
        WHEN s.result = 'positive' AND s.pool_size > 1 THEN 'pool-recheck'
        ELSE s.result
    END AS cause,
    CASE WHEN s.result = 'negative' AND s.sampled_at + 172800 > :cutoff THEN s.sampled_at + 172800 ELSE 0 END
        AS expires_at,
    CAST(:cutoff - 3600 - hash(e.n, :seed, 'when') % 50000 AS BIGINT) AS decided_at
FROM employed e
LEFT JOIN said s ON s.n = e.n
WHERE hash(e.n, e.unit, :seed, 'stood') % 100 < 95
