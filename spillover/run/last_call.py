"""After an interrupt no model and no judge is asked anything more, even where the cancellation was swallowed.

To be imported only once a model was loaded, see `heartbeat`.
"""

from inspect_ai.hooks import BeforeModelGenerate, Hooks, hooks

from spillover.common import cancel, pending


@hooks(name="spillover_last_call", description="Stops calls after an interrupt.")
class LastCall(Hooks):
    """Holds back every call that would follow an interrupt."""

    def enabled(self) -> bool:
        """Whether a signal asked the process to stop."""
        return pending() is not None

    async def on_before_model_generate(self, data: BeforeModelGenerate) -> None:
        """Cancel once more, and wait for it."""
        import anyio

        cancel()
        await anyio.sleep_forever()
