"""Start the engine with its seams closed."""

from ministack import app

from infra.inside import messages, permissions, runtime, shutdown, streams, usage

permissions.install()
runtime.install()
streams.install()
shutdown.install()
messages.install()
usage.install()
app.main()
