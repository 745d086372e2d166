"""Start the engine with its seams closed."""

from ministack import app

from infra.inside import messages, permissions, runtime, shutdown, streams

permissions.install()
runtime.install()
streams.install()
shutdown.install()
messages.install()
app.main()
