"""Start the engine with its seams closed."""

from ministack import app

from infra.inside import permissions, messages, runtime, shutdown, streams

permissions.install()
runtime.install()
streams.install()
shutdown.install()
messages.install()
app.main()
