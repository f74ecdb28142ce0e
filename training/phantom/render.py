"""Light and camera: from maps to an 8-bit sRGB photo.

Height field to normals, Lambert diffuse plus GGX specular (Walter et al., EGSR 2007) under a key and a fill light,
then exposure, white balance, blur, sensor noise and the sRGB curve.
"""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from training.phantom.fields import REFERENCE_SIDE, Field, blur, fbm
from training.phantom.optics import albedo

FRESNEL = 0.028  # normal reflectance of skin, n = 1.4


@dataclass(frozen=True)
class Skin:
    """What is under the light: chromophore shares, relief and surface, each n x n."""

    melanin: Field
    blood: Field
    relief: Field
    maps: dict[str, Field]


@dataclass(frozen=True)
class Light:
    """Unit direction towards the lamp, and its share of the direct light."""

    direction: tuple[float, float, float]
    share: float


def base_skin(rng: Generator, pores: Field, n: int, melanin: float, blood: float, maps: dict[str, Field]) -> Skin:
    """Mottled skin of one tone, with every attribute's map worked into its chromophores and relief."""
    f_mel = melanin * (1 + 0.10 * fbm(rng, n, 18)) * (1 + 2.6 * maps["pigmentation"])
    f_blood = blood * (1 + 0.12 * fbm(rng, n, 10)) * (1 + 7 * maps["sensitivity"])
    dryness = np.clip(8 * blur(maps["hydration"], 10), 0, 1)
    fine = (0.10 + 0.10 * dryness) * fbm(rng, n, 1.6, 2) + 0.10 * fbm(rng, n, 5, 2)
    relief = fine - 0.5 * pores - 3.2 * maps["wrinkle"] + 0.6 * maps["hydration"]
    return Skin(np.maximum(f_mel, 1e-4), np.maximum(f_blood, 1e-5), relief, maps)


def pore_map(rng: Generator, n: int) -> Field:
    """Pores as small soft dots, 0..1, 144 on average."""
    count = rng.poisson(0.0022 * REFERENCE_SIDE**2)
    dots = np.zeros((n, n), np.float32)
    dots[tuple(rng.integers(0, n, (2, count)))] = 1
    soft = blur(dots, 1.0)
    return soft / max(float(soft.max()), 1e-6)


def draw_lights(rng: Generator) -> list[Light]:
    """A key lamp 49 to 77 degrees above the skin, and a weaker one elsewhere."""
    lights = []
    for share in (0.7, 0.3):
        azimuth, elevation = rng.uniform(0, 2 * np.pi), rng.uniform(0.85, 1.35)
        level = np.cos(elevation)
        lights.append(Light((level * np.cos(azimuth), level * np.sin(azimuth), np.sin(elevation)), share))
    return lights


def shade(skin: Skin, pores: Field, lights: list[Light]) -> Field:
    """Linear sRGB radiance, n x n x 3."""
    wrinkle, flake, film = skin.maps["wrinkle"], skin.maps["hydration"][..., None], skin.maps["oil"]
    colour = albedo(skin.melanin, skin.blood)
    colour = colour * (1 - 0.35 * flake) + 0.25 * flake
    nx, ny, nz = _normals(skin.relief)
    roughness, gain = 0.42 - 0.26 * film, (0.25 + 3.2 * film) * (1 - 0.5 * skin.maps["hydration"])
    diffuse, specular = np.full_like(film, 0.45), np.zeros_like(film)
    for light in lights:
        lx, ly, lz = light.direction
        facing = np.maximum(nx * lx + ny * ly + nz * lz, 0)
        diffuse += 0.75 * light.share * facing
        specular += light.share * gain * _ggx(nx, ny, nz, light, roughness) * facing * 0.9
    occlusion = 1 - 0.45 * wrinkle - 0.25 * pores
    return colour * (diffuse * occlusion)[..., None] + specular[..., None]


def _normals(relief: Field) -> tuple[Field, Field, Field]:
    n = relief.shape[0]
    down, right = np.gradient(relief)
    unit = n / REFERENCE_SIDE  # relief is in reference px, so its slope shrinks as the grid refines
    across = np.linspace(-1, 1, n, dtype=np.float32)
    x, y = 0.45 * across[None, :] - right * unit, 0.45 * across[:, None] - down * unit
    length = np.sqrt(x**2 + y**2 + 1)
    return x / length, y / length, 1 / length


def _ggx(nx: Field, ny: Field, nz: Field, light: Light, roughness: Field) -> Field:
    half = np.array(light.direction, np.float32) + np.array((0, 0, 1), np.float32)
    half /= np.linalg.norm(half)
    aligned = nx * half[0] + ny * half[1] + nz * half[2]
    squared = roughness**2
    spread = squared / (np.pi * (aligned**2 * (squared - 1) + 1) ** 2)
    return (FRESNEL + (1 - FRESNEL) * (1 - half[2]) ** 5) * spread


def photograph(rng: Generator, radiance: Field) -> NDArray[np.uint8]:
    """What a phone makes of the radiance: 8-bit sRGB, n x n x 3."""
    balance = np.exp(np.array([rng.normal(0, 0.06), 0, rng.normal(0, 0.06)]))
    exposed = radiance * (2 ** rng.uniform(-0.35, 0.35) * balance).astype(np.float32)
    seen = np.maximum(blur(exposed, rng.uniform(0.3, 0.9)), 0)
    noise = rng.standard_normal(seen.shape, dtype=np.float32) * np.sqrt(1e-5 + 4e-4 * seen)
    value = np.clip(seen + noise, 0, 1)
    encoded = np.where(value <= 0.0031308, 12.92 * value, 1.055 * value ** (1 / 2.4) - 0.055)
    return (encoded * 255 + 0.5).astype(np.uint8)
