"""Model delivery: which bundles this server holds, what apps may fetch of them, and the operator's command.

`held` reads what lies in MODEL_DIR, `delivery` has the routes, `downloads` counts. `publishing` alone needs what runs a
model, and is imported by the command only.
"""

from api.models.delivery import routes
from api.models.held import Bundle, current_bundle, graded_by_another, graded_parts

__all__ = ["Bundle", "current_bundle", "graded_by_another", "graded_parts", "routes"]
