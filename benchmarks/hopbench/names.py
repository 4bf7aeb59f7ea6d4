"""Fleets of made-up trades: agents, reasoners, things. Names such as `handle_failures` are there to mislead."""

from dataclasses import dataclass
from random import Random

TRADES: tuple[tuple[str, str, str], ...] = (
    (
        "hive-watch comb-scale queen-log honey-press",
        "weigh_combs count_brood judge_swarm press_honey mark_queens plan_feeding",
        "hive comb queen frame colony",
    ),
    (
        "loom-floor dye-house pattern-room cloth-check",
        "thread_loom mix_dyes cut_pattern check_cloth repair_broken_threads plan_shift",
        "loom bobbin dye pattern bolt",
    ),
    (
        "quay-master crane-desk tide-table hold-plan",
        "berth_ship lift_crates read_tides stow_hold report_damage clear_customs",
        "ship crate tide hold manifest",
    ),
    (
        "score-vault choir-desk hall-booker part-copier",
        "copy_parts seat_choir book_hall tune_organ handle_missing_voices rehearse",
        "score voice hall part rehearsal",
    ),
    (
        "core-drill ice-lab melt-model camp-radio",
        "drill_core date_layers model_melt radio_camp estimate_losses log_weather",
        "core layer sensor camp sample",
    ),
    (
        "dough-room oven-watch crumb-lab van-plan",
        "knead_dough fire_oven grade_crumb load_van discard_failed_loaves price_loaf",
        "dough loaf oven tray van",
    ),
    (
        "bell-tower clock-works rope-store ring-school",
        "ring_changes wind_clock splice_ropes teach_method silence_alarm grease_bearings",
        "bell rope clock method ringer",
    ),
    (
        "seed-bank frost-alarm bed-plan soil-bench",
        "sow_tray warn_frost plan_beds test_soil retire_dead_seeds label_rows",
        "seed tray bed soil row",
    ),
    (
        "glass-oven cut-bench lens-check crate-line",
        "melt_batch cut_blank polish_lens measure_error pack_crate anneal",
        "batch blank lens crate kiln",
    ),
    (
        "map-desk survey-drone height-model legend-press",
        "fly_strip stitch_tiles model_height draw_legend find_faults print_sheet",
        "tile strip sheet height legend",
    ),
    (
        "archivraum karten-dienst pruefstelle boten-plan",
        "karte_suchen siegel_pruefen bote_senden fehler_zaehlen akte_binden blatt_drucken",
        "akte karte siegel bote blatt",
    ),
    (
        "atelier-son salle-montage cabine-titres quai-copies",
        "monter_scene mixer_son traduire_titres refaire_erreurs graver_copie classer_prises",
        "scene piste titre copie prise",
    ),
    (
        "taller-norte almacen-sur mesa-planos ruta-corta",
        "cortar_chapa soldar_marco pintar_pieza contar_fallos trazar_ruta cargar_carro",
        "chapa marco pieza plano carro",
    ),
    (
        "puzzle-judge board-clock pairing-desk rating-mill",
        "pair_round judge_puzzle flag_fall rate_game resolve_disputes print_table",
        "round puzzle game board rating",
    ),
)
"""Agents, reasoners and things of each trade."""

SUFFIXES = ("", "", "", "-2", "-east", "-b", "-v3", "-prod", "-01")


@dataclass(frozen=True)
class Names:
    """The names of one fleet."""

    agents: tuple[str, ...]
    reasoners: tuple[str, ...]
    things: tuple[str, ...]


def draw(rng: Random) -> Names:
    """Draw a fleet: three to five agents (some with a suffix), their reasoners and the things they handle."""
    agents, reasoners, things = (words.split() for words in rng.choice(TRADES))
    other = rng.choice(TRADES)[0].split()
    pool = [*agents, rng.choice(other)]
    suffix = rng.choice(SUFFIXES)
    chosen = rng.sample(sorted(set(pool)), rng.randint(3, len(set(pool))))
    return Names(tuple(f"{name}{suffix}" for name in chosen), tuple(reasoners), tuple(things))
