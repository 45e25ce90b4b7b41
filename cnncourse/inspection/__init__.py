"""Looking into a trained network: what its filters are, where it looks, what fools it."""

from cnncourse.inspection.adversarial import fgsm
from cnncourse.inspection.attribution import grad_cam, occlusion_map, saliency
from cnncourse.inspection.features import activation_maximisation, feature_maps, first_filters
from cnncourse.inspection.sanity import energy_inside, points_inside, randomised
from cnncourse.inspection.shifts import shift_consistency

__all__ = [
    "activation_maximisation",
    "energy_inside",
    "feature_maps",
    "fgsm",
    "first_filters",
    "grad_cam",
    "occlusion_map",
    "points_inside",
    "randomised",
    "saliency",
    "shift_consistency",
]
