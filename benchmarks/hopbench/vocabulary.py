"""The texts of the simulated fleets, by style. None of them stands in a recording.

A fault is (text, cause class, does the text tell the class). `{thing}`, `{identifier}`, `{n}`, `{big}`, `{hex}` are
drawn; `{child}` is the reasoner that failed, `{text}` its words, `{repr}` the same as Python prints them.
"""

from dataclasses import dataclass

FAULTS: dict[str, tuple[tuple[str, str, bool], ...]] = {
    "library": (
        ("'generator' object is not subscriptable", "code_bug", True),
        ("'float' object is not iterable", "code_bug", True),
        ("unhashable type: 'list'", "code_bug", True),
        ("pop from empty list", "code_bug", True),
        ("object of type 'int' has no len()", "code_bug", True),
        ("argument of type 'int' is not iterable", "code_bug", True),
        ("dictionary changed size during iteration", "code_bug", True),
        ("'{thing}s'", "code_bug", False),
        ("invalid literal for int() with base 10: '{identifier}'", "schema_mismatch", True),
        ("Extra data: line 1 column {n} (char {n})", "schema_mismatch", True),
        ("time data '{identifier}' does not match format '%Y-%m-%d'", "schema_mismatch", True),
        ("HTTPSConnectionPool(host='{thing}s.example', port=443): Read timed out. (read timeout={n})", "timeout", True),
        ("canceling statement due to statement timeout", "timeout", True),
        ("502 Server Error: Bad Gateway for url: https://{thing}s.example/api/{identifier}", "provider_error", True),
        ("peer closed connection before the body was complete", "provider_error", True),
        ("403 Client Error: Forbidden for url: https://{thing}s.example/api/{identifier}", "auth", True),
        ('password authentication failed for user "{thing}"', "auth", True),
        ("cannot import name '{thing}_tables' from 'ops'", "config", True),
        ("deadlock detected", "resources", True),
        ("[Errno 12] Cannot allocate memory", "resources", True),
        ("sorry, too many clients already", "resources", True),
    ),
    "provider": (
        ("prompt is too long: {big} tokens > 200000 maximum", "context_overflow", True),
        ("The input token count ({big}) exceeds the maximum number of tokens allowed", "context_overflow", True),
        ("Response stopped with finish_reason=SAFETY", "model_output", True),
        ("The model returned no candidates", "model_output", True),
        ("Your credit balance is too low to access the API", "budget", True),
        ("402 Payment Required: spend limit of {n}.00 USD reached for workspace {thing}", "budget", True),
        ("429 RESOURCE_EXHAUSTED. Quota exceeded for metric generate_requests_per_minute", "rate_limit", True),
        ("ThrottlingException: Too many requests, please wait before trying again", "rate_limit", True),
        ("503 UNAVAILABLE. The model is overloaded. Please try again later.", "provider_error", True),
        (
            "InternalServerException: The system encountered an unexpected error during processing",
            "provider_error",
            True,
        ),
        ("authentication_error: invalid x-api-key", "auth", True),
        ("ExpiredTokenException: The security token included in the request is expired", "auth", True),
    ),
    "prose": (
        ("{thing} {identifier} has no closing date", "unknown", False),
        ("the {thing} book does not balance", "unknown", False),
        ("no {thing} fits {identifier}", "unknown", False),
        ("two {thing}s claim slot {n}", "unknown", False),
        ("nothing came back for {identifier}", "unknown", False),
        ("{identifier} was already settled", "unknown", False),
        ("cannot rank {n} {thing}s without a first one", "unknown", False),
        ("the {thing} is older than its {thing}", "unknown", False),
        ("{identifier}: weight below zero", "unknown", False),
        ("stopped at {thing} {n}, rest unread", "unknown", False),
    ),
    "german": (
        ("{thing} {identifier} ist unvollständig", "unknown", False),
        ("keine {thing} zu {identifier} gefunden", "unknown", False),
        ("Prüfsumme der {thing} stimmt nicht", "unknown", False),
        ("{identifier}: Betrag liegt unter null", "unknown", False),
        ("zwei {thing} mit derselben Nummer {n}", "unknown", False),
        ("Verbindung zum Archiv wurde getrennt", "provider_error", True),
        ("Datum '{identifier}' ist kein Datum", "schema_mismatch", False),
        ("Zugang verweigert: Kennung {thing} abgelaufen", "auth", True),
    ),
    "french": (
        ("{thing} {identifier} introuvable", "unknown", False),
        ("le registre des {thing} est incohérent", "unknown", False),
        ("{identifier} : montant négatif", "unknown", False),
        ("aucune réponse du service {thing}", "provider_error", False),
        ("la valeur '{identifier}' n'est pas une date", "schema_mismatch", False),
        ("accès refusé au dossier {identifier}", "auth", True),
        ("lot {n} déjà clos", "unknown", False),
    ),
    "spanish": (
        ("falta la {thing} {identifier}", "unknown", False),
        ("el libro de {thing} no cuadra", "unknown", False),
        ("{identifier}: cantidad por debajo de cero", "unknown", False),
        ("el servicio de {thing} no contesta", "provider_error", False),
        ("'{identifier}' no es una fecha", "schema_mismatch", False),
        ("permiso denegado para {identifier}", "auth", True),
        ("la hoja {n} está vacía", "unknown", False),
    ),
    "codes": (
        ("E{big}", "unknown", False),
        ("ERR_{THING}_{n}", "unknown", False),
        ("0x8007{hex}", "unknown", False),
        ("ORA-{big}", "unknown", False),
        ("{THING}-{hex}", "unknown", False),
        ("rc={n}", "unknown", False),
        ("{hex}:{hex}", "unknown", False),
    ),
}


@dataclass(frozen=True)
class Speech:
    """How the people of one language word what their programs do with failures."""

    contained: tuple[str, ...]
    replaced: tuple[str, ...]
    caught: tuple[str, ...]
    missing: tuple[str, ...]
    retrying: tuple[str, ...]
    quorum: tuple[str, ...]
    summary: tuple[str, ...]
    sibling: tuple[str, ...]
    person: tuple[str, ...]
    refused: tuple[str, ...]
    overdue: tuple[str, ...]


SPEECH: dict[str, Speech] = {
    "english": Speech(
        contained=(
            "{thing} {identifier} not finished ({text})",
            "{child} -> {text}",
            "{thing} desk: {text}",
            "LookupError({repr})",
            "{text} [while working on {identifier}]",
            "cannot go on with {identifier}, because {text}",
        ),
        replaced=(
            "giving up on {identifier}",
            "no {thing} today",
            "{thing} part came to nothing",
            "this order cannot be served",
            "{child} left us without a {thing}",
            "the {thing} line is down",
        ),
        caught=(
            "no answer from {child}, taking yesterday's {thing}",
            "{child} skipped: {text}",
            "doing it without {child}",
            "{thing} stays empty this time",
        ),
        missing=("{ok} of {total} will do", "{failed} pieces fell out of {total}", "continuing with {ok} answers"),
        retrying=("{child}: try {failed} went wrong, once more", "round {failed} for {child} lost, next round"),
        quorum=("{ok} answers are too few, {total} were asked", "not enough {thing}s ({ok}/{total})"),
        summary=("{failed} out of {total} went wrong: {texts}", "collected problems ({failed}): {texts}"),
        sibling=("no longer needed", "another part broke"),
        person=(
            "not this week",
            "wrong {thing}, stopping it",
            "asked for by the {thing} desk",
            "costs more than it brings",
        ),
        refused=("the {thing} was turned down", "{identifier} stays unpublished, by decision"),
        overdue=("nobody answered within {failed} s", "{thing} not there after {failed} seconds"),
    ),
    "german": Speech(
        contained=(
            "bei {identifier}: {text}",
            "{child} meldet: {text}",
            "{thing} unfertig ({text})",
            "Abbruch, denn {text}",
        ),
        replaced=("{thing} konnte nicht erstellt werden", "Vorgang {identifier} beendet", "Teilschritt ohne Ergebnis"),
        caught=("{child} fehlt, weiter mit altem Stand", "ohne {thing} fortgesetzt", "{child} übergangen: {text}"),
        missing=("{ok} von {total} genügen", "{failed} Teile fehlen, weiter"),
        retrying=("{child}: Versuch {failed} misslungen", "noch einmal {child}, {failed}. Anlauf vergeblich"),
        quorum=("nur {ok} Antworten auf {total} Fragen", "zu wenige {thing}: {ok}"),
        summary=("{failed} von {total} misslungen: {texts}",),
        sibling=("nicht mehr gebraucht",),
        person=("falsche {thing}", "auf Wunsch der Abteilung beendet"),
        refused=("{identifier} wurde nicht freigegeben",),
        overdue=("nach {failed} s keine Antwort",),
    ),
    "french": Speech(
        contained=("échec sur {identifier} : {text}", "{child} répond : {text}", "{thing} inachevé ({text})"),
        replaced=("impossible de produire le {thing}", "traitement de {identifier} abandonné", "étape sans résultat"),
        caught=("{child} ignoré : {text}", "on continue sans {thing}", "{child} absent, ancienne valeur reprise"),
        missing=("{ok} sur {total} suffisent", "{failed} morceaux perdus"),
        retrying=("{child} : essai {failed} manqué, on recommence",),
        quorum=("seulement {ok} réponses pour {total} demandes",),
        summary=("{failed} échecs sur {total} : {texts}",),
        sibling=("plus nécessaire",),
        person=("mauvais {thing}", "trop cher pour ce mois"),
        refused=("{identifier} n'a pas été validé",),
        overdue=("pas de réponse après {failed} s",),
    ),
    "spanish": Speech(
        contained=("fallo en {identifier}: {text}", "{child} dice: {text}", "{thing} a medias ({text})"),
        replaced=("no se pudo hacer la {thing}", "se abandona {identifier}", "paso sin resultado"),
        caught=("seguimos sin {child}", "{child} omitido: {text}", "se usa la {thing} de ayer"),
        missing=("bastan {ok} de {total}", "faltan {failed} piezas"),
        retrying=("{child}: intento {failed} perdido, otra vez",),
        quorum=("solo {ok} respuestas de {total}",),
        summary=("{failed} de {total} salieron mal: {texts}",),
        sibling=("ya no hace falta",),
        person=("{thing} equivocada", "demasiado caro"),
        refused=("{identifier} no fue aprobado",),
        overdue=("sin respuesta tras {failed} s",),
    ),
    "codes": Speech(
        contained=("[{hex}] {text}", "S{n}/{text}", "{text} (rc={n})"),
        replaced=("S{n}", "STEP_{hex}", "ABEND {big}", "E{big}"),
        caught=("W{big} {child}", "W{big}", "SKIP {hex}"),
        missing=("W{big} {ok}/{total}", "PART {ok}"),
        retrying=("RTY {failed}/{total} {child}", "RTY {hex}"),
        quorum=("Q{ok}/{total}",),
        summary=("M{failed}: {texts}",),
        sibling=("SIB",),
        person=("OP-{n}",),
        refused=("NAK {hex}",),
        overdue=("TMO {failed}",),
    ),
}

CHATTER: tuple[tuple[str, str], ...] = (
    ("info", "no failures in the last {n} batches"),
    ("info", "error table loaded, {n} entries"),
    ("info", "crash test of {thing} scheduled for tomorrow"),
    ("info", "timeout set to {n} s"),
    ("debug", "{thing} cache hit for {identifier}"),
    ("warning", "{thing} {identifier} uses an old layout"),
    ("warning", "second look at {thing} {identifier}"),
    ("warning", "clock of {thing} host is {n} ms off"),
    ("warning", "{thing} list is long, {big} rows"),
    ("error", "yesterday's {thing} upload had failed, see {identifier}"),
    ("error", "counter 'errors' reset to 0"),
    ("info", "Fehlerzähler: {n}"),
)
