"""A clinic in Berlin: names with umlauts, a lunch break, requests that somebody has to confirm."""

from calendera.seeding.plan import (
    BusinessPlan,
    MemberPlan,
    PeoplePlan,
    ServicePlan,
    StaffPlan,
    TimeOffPlan,
    hours,
    words,
)
from models import Confirmation, Role, Visibility

_DOCTORS = ("Dr. Jürgen Weiß", "Dr. Ayşe Yıldız")
_THERAPY = ("Anke Großmann", "Łukasz Dąbrowski")

_PEOPLE = PeoplePlan(
    first=words(
        "Anna Jörg Käthe Björn Günter Sören Zoé René Élise Jürgen Ömer Gül Çağla Marie Sophie Charlotte Emilia "
        "Mia Lena Leonie Clara Frieda Paul Maximilian Felix Elias Jonas Anton Emil Oskar Matthias Wolfgang "
        "Renate Sabine"
    ),
    last=words(
        "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bäcker Richter "
        "Klein Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Schmitt Werner "
        "Krause Lehmann Köhler Weiß Jung Groß Böhm Jäger Öztürk Yılmaz Nowak Kowalski Nguyễn"
    ),
    unusual=(
        "Karl-Theodor Maria Nikolaus Johann Jacob Philipp Franz Joseph Sylvester Freiherr von und zu Musterhausen",
        "فاطمة الزهراء",
        "Jekaterina Щербакова",
        "Ế Łøḱ",
        "Li",
    ),
    domain="example.org",
    phones=("+493023125###",),
    count=230,
    tags=("privat", "gesetzlich", "Neupatient", "Rollstuhl", "Dolmetscher"),
    wishes=(
        "Bitte einen Termin am Fenster.",
        "Ich komme mit Kinderwagen.",
        "Überweisung liegt vor.",
        "Grüße aus Köln!",
    ),
    remarks=("Rückruf gewünscht.", "Rezept bis Freitag.", "Bringt Röntgenbilder mit.", "Nüchtern erscheinen."),
    reasons=("Krankheit", "Dienstreise", "Früherer Termin gefunden", "Überschneidung", "Keine Überweisung"),
)

CLINIC = BusinessPlan(
    slug="praxis-linden",
    name="Praxis Unter den Linden",
    zone="Europe/Berlin",
    currency="EUR",
    locale="de-DE",
    locations={"Praxis": "Musterstraße 12, 10117 Berlin", "Therapieräume": "Beispielallee 3, 10119 Berlin"},
    schedules={
        "Sprechzeiten": {day: hours((8, 12), (14, 18)) for day in range(1, 5)} | {5: hours((8, 13))},
        "Therapie": {day: hours((7.5, 13), (13.75, 19)) for day in range(1, 6)},
    },
    staff=(
        StaffPlan("Dr. Jürgen Weiß", "Allgemeinmedizin", "juergen@example.org", "Praxis", "Sprechzeiten", 0.75),
        StaffPlan("Dr. Ayşe Yıldız", "Innere Medizin", "ayse@example.org", "Praxis", "Sprechzeiten", 0.7),
        StaffPlan("Anke Großmann", "Physiotherapie", "anke@example.org", "Therapieräume", "Therapie", 0.7),
        StaffPlan("Łukasz Dąbrowski", "Physiotherapie", "lukasz@example.org", "Therapieräume", "Therapie", 0.55),
    ),
    services=(
        ServicePlan("Sprechstunde", "sprechstunde", "Kurzer Termin bei Beschwerden.", 15, None, _DOCTORS, 4, step=15),
        ServicePlan(
            "Vorsorgeuntersuchung",
            "vorsorge",
            "Bitte nüchtern kommen.",
            45,
            None,
            _DOCTORS,
            1.5,
            after=10,
            notice=1440,
        ),
        ServicePlan(
            "Erstgespräch",
            "erstgespraech",
            "Für neue Patientinnen und Patienten; wir bestätigen den Termin.",
            30,
            0,
            _DOCTORS,
            1.5,
            before=5,
            after=5,
            notice=2880,
            confirmation=Confirmation.MANUAL,
        ),
        ServicePlan("Krankengymnastik", "krankengymnastik", "Mit Rezept.", 25, 3200, _THERAPY, 4, step=5, after=5),
        ServicePlan(
            "Massage",
            "massage",
            "Ohne Rezept.",
            50,
            6900,
            _THERAPY,
            2,
            step=10,
            after=10,
            cutoff=2880,
            or_minutes=((25, 3900), (80, 9900)),
        ),
        # A class that nobody has booked yet: visits of the seed have their time alone.
        ServicePlan("Rückenschule", "rueckenschule", "In der Gruppe.", 60, 1800, _THERAPY, 0, step=30, capacity=8),
        ServicePlan(
            "Gutachten",
            "gutachten",
            "Nur nach Absprache.",
            90,
            24000,
            ("Dr. Jürgen Weiß",),
            0.2,
            step=30,
            visibility=Visibility.PRIVATE,
            horizon=180,
        ),
    ),
    members=(
        MemberPlan("Dr. Jürgen Weiß", "juergen@example.org", Role.OWNER, "Dr. Jürgen Weiß"),
        MemberPlan("Birgit Hübner", "empfang@example.org", Role.ADMIN),
        MemberPlan("Anke Großmann", "anke@example.org", Role.STAFF, "Anke Großmann"),
    ),
    people=_PEOPLE,
    closed=((1, 1), (3, 8), (5, 1), (10, 3), (12, 25), (12, 26)),
    short={(12, 24): hours((8, 11)), (12, 31): hours((8, 11))},
    special={16: ()},
    time_off=(
        TimeOffPlan("Dr. Ayşe Yıldız", 14, 12, "Urlaub"),
        TimeOffPlan("Anke Großmann", -21, 2, "Fortbildung"),
        TimeOffPlan(None, -100, 5, "Betriebsferien"),
    ),
    notice="Ihre Angaben fallen unter die ärztliche Schweigepflicht.",
)
