"""DynamoDB streams: after a start the emulator goes on where it stopped reading, in a stream
that begins anew. What came while it was down is told to nobody; what comes then is."""

from ministack.services import lambda_svc


def apply():
    """Begin to read each stream where it begins."""
    restore = lambda_svc._restore_esm_positions
    positions = lambda_svc._dynamodb_stream_positions
    positions.clear()

    def restore_others(store, kept):
        if store is not positions:
            restore(store, kept)

    lambda_svc._restore_esm_positions = restore_others
