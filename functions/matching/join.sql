-- Who is eligible, for everybody at once: the same meaning as `rules.decide`, which a test holds equal to it.
-- It is the SQL that DuckDB and Trino (Athena) both speak; docs/matching-in-athena.md says how a province runs it.
--
-- Relations:   results   the row that stands for each person and tube (fold.sql)
--              revised   those of them with a revision above 0, of everybody: what may take a tube from somebody
--              listings  pid, unit, listed_until (NULL: no end of its own)
--              units     unit, approved, ends_at (NULL: no end)
--              standing  pid, unit, cause, expires_at (0: refused), decided_at: what was decided before
-- Parameters:  :cutoff, :history_s, :negative_life_s, :positive_life_s, :clearing_gap_s (epoch seconds, seconds)
WITH pairs AS (
    SELECT
        coalesce(l.pid, s.pid) AS pid,
        coalesce(l.unit, s.unit) AS unit,
        l.pid IS NOT NULL AS listed,
        l.listed_until,
        s.pid IS NOT NULL AS known,
        s.cause AS stood_cause,
        s.expires_at AS stood_end,
        s.decided_at
    FROM listings l
    FULL OUTER JOIN standing s ON s.pid = l.pid AND s.unit = l.unit
),

-- Step 1, per tube: a higher revision for another person takes a single-person tube from whoever had it.
taken AS (
    SELECT lab, tube, max(revision) AS revision FROM revised GROUP BY lab, tube
),

counted AS (
    SELECT
        r.pid,
        r.sampled_at,
        r.pool_size,
        CASE WHEN r.pool_size = 1 AND t.revision > r.revision THEN 'void' ELSE r.result END AS result
    FROM results r
    LEFT JOIN taken t ON t.lab = r.lab AND t.tube = r.tube
    WHERE r.sampled_at <= :cutoff
        AND r.sampled_at > :cutoff - :history_s
        AND r.pid IN (SELECT pid FROM pairs)
),

-- Step 2, per person. At one instant the more severe row is the newer: instant and severity are one number.
people AS (
    SELECT
        pid,
        max(sampled_at * 8 + CASE result WHEN 'negative' THEN 1 WHEN 'inconclusive' THEN 3 ELSE 4 END)
            FILTER (WHERE result IN ('negative', 'inconclusive', 'positive')) AS newest,
        max(sampled_at) FILTER (WHERE result IN ('negative', 'inconclusive', 'positive')) AS newest_at,
        max(sampled_at) FILTER (WHERE result = 'positive' AND pool_size > 1) AS last_pool,
        max(sampled_at) FILTER (WHERE result IN ('negative', 'inconclusive', 'positive') AND pool_size = 1)
            AS last_single,
        max(sampled_at) FILTER (WHERE result = 'pending') AS last_pending
    FROM counted
    GROUP BY pid
),

positives AS (
    SELECT pid, sampled_at, row_number() OVER (PARTITION BY pid ORDER BY sampled_at DESC) AS place
    FROM counted
    WHERE result = 'positive' AND pool_size = 1 AND sampled_at >= :cutoff - :positive_life_s
),

-- The latest confirmed positive but the newest row of all is the hardest to clear: it has the fewest later negatives.
hardest AS (
    SELECT p.pid, p.sampled_at
    FROM positives p
    JOIN people n ON n.pid = p.pid
    JOIN positives latest ON latest.pid = p.pid AND latest.place = 1
    WHERE p.place = CASE WHEN n.newest = latest.sampled_at * 8 + 4 THEN 2 ELSE 1 END
),

uncleared AS (
    SELECT h.pid
    FROM hardest h
    LEFT JOIN counted c ON c.pid = h.pid AND c.result = 'negative' AND c.sampled_at > h.sampled_at
    GROUP BY h.pid
    HAVING count(c.sampled_at) < 2 OR max(c.sampled_at) - min(c.sampled_at) < :clearing_gap_s
),

facts AS (
    SELECT
        pairs.*,
        p.newest - p.newest_at * 8 AS severity,
        p.newest_at AS sampled_at,
        p.last_pending,
        u.ends_at,
        coalesce(u.ends_at <= :cutoff, FALSE) AS approval_ended,
        NOT coalesce(u.approved, FALSE) AS not_approved,
        NOT pairs.listed OR coalesce(pairs.listed_until <= :cutoff, FALSE) AS not_listed,
        coalesce(p.last_pool >= coalesce(p.last_single, 0), FALSE) AS pool_recheck,
        x.pid IS NOT NULL AS not_cleared,
        coalesce(p.newest - p.newest_at * 8 = 1 AND p.newest_at >= :cutoff - :negative_life_s, FALSE) AS tested
    FROM pairs
    LEFT JOIN people p ON p.pid = pairs.pid
    LEFT JOIN uncleared x ON x.pid = pairs.pid
    LEFT JOIN units u ON u.unit = pairs.unit
),

-- The order of these lines is the policy's precedence.
named AS (
    SELECT
        *,
        CASE
            WHEN approval_ended THEN 'approval-ended'
            WHEN not_approved THEN 'unit-not-approved'
            WHEN not_listed THEN 'not-listed'
            WHEN severity = 3 THEN 'inconclusive'
            WHEN pool_recheck THEN 'pool-recheck'
            WHEN not_cleared THEN 'positive-not-cleared'
            WHEN severity = 4 THEN 'positive'
            WHEN severity IS NULL AND last_pending >= :cutoff - :negative_life_s THEN 'result-pending'
            WHEN sampled_at < :cutoff - :negative_life_s AND last_pending >= :cutoff - :negative_life_s
                THEN 'result-pending'
            WHEN sampled_at < :cutoff - :negative_life_s THEN 'test-too-old'
            WHEN severity IS NULL THEN 'no-test'
            ELSE 'eligible'
        END AS cause,
        -- Whether no result says anything against them: only such a loss may wait for a person.
        (approval_ended OR not_approved OR not_listed)
            AND tested AND NOT pool_recheck AND NOT not_cleared AS administrative
    FROM facts
),

decided AS (
    SELECT
        *,
        CASE
            WHEN cause = 'eligible'
                THEN least(
                    sampled_at + :negative_life_s,
                    coalesce(listed_until, 9223372036854775807),
                    coalesce(ends_at, 9223372036854775807)
                )
            ELSE 0
        END AS expires_at
    FROM named
)

-- What was decided for the cut-off or later stands, and is counted, whatever this says (law 5).
SELECT
    d.pid,
    d.unit,
    CASE WHEN d.decided_at >= :cutoff THEN d.stood_cause ELSE d.cause END AS cause,
    CASE WHEN d.decided_at >= :cutoff THEN d.stood_end ELSE d.expires_at END AS expires_at,
    d.administrative,
    d.known,
    CASE WHEN d.stood_cause = 'eligible' AND d.stood_end > :cutoff THEN d.stood_end ELSE 0 END AS stood_until,
    NOT d.known OR (d.decided_at < :cutoff AND (d.stood_cause <> d.cause OR d.stood_end <> d.expires_at)) AS changed
FROM decided d
