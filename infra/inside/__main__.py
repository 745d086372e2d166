"""Start the engine with its seams closed."""

from ministack import app

from infra.inside import runtime, shutdown, streams

runtime.install()
streams.install()
shutdown.install()
app.main()
