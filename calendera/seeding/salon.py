"""A hair salon in Austin: four people, two shops, short visits back to back."""

from calendera.seeding.plan import (
    AddOnPlan,
    BusinessPlan,
    MemberPlan,
    PeoplePlan,
    QuestionPlan,
    ServicePlan,
    StaffPlan,
    TimeOffPlan,
    TravelPlan,
    hours,
    words,
)
from models import Confirmation, Role, Visibility
from models.service import Assignment
from rules.intake import DataCategory, QuestionType
from rules.slots import SlotMode

_EVERYONE = ("Rosa Alvarado", "Ben Okafor", "Mei-Ling Chen", "Tyler Novak")
_COLOUR = ("Rosa Alvarado", "Mei-Ling Chen")

_PEOPLE = PeoplePlan(
    first=words(
        "Olivia Emma Camila Sofia Ava Isabella Mia Luna Amelia Harper Elena Nora Ruby Hazel Priya Aaliyah Grace "
        "Zoe Liam Noah Mateo Elijah James Lucas Ethan Santiago Owen Jack Diego Caleb Wyatt Dev Isaac Malik Andre "
        "Theo"
    ),
    last=words(
        "Smith Johnson Garcia Martinez Rodriguez Hernandez Lopez Nguyen Williams Brown Jones Davis Miller Wilson "
        "Moore Taylor Thomas Jackson White Harris Clark Lewis Young Walker Hall Allen Torres Rivera Campbell "
        "Mitchell Carter Patel Kim Tran Reyes Flores Ortiz Gutierrez Chavez Ramos O’Brien"
    ),
    unusual=(
        "Zoë “Zee” Krämer 💇‍♀️",
        "نور الهاشمي",
        "שירה לוי",
        "Bo",
        "Maximiliana Alexandra Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh de la Santísima Trinidad",
        "李小龍",
        "D’Artagnan Ñíguez-Ōe",
        "🌵🌵🌵",
    ),
    domain="example.com",
    phones=("+151255501##", "+173755501##", "+125455501##", "+183055501##"),
    count=270,
    tags=("regular", "colour", "allergy: PPD", "VIP", "student", "walk-in"),
    wishes=("Just a trim, please.", "Can I bring my dog?", "Same as last time!", "I may be five minutes late.", "🙏"),
    remarks=("Prefers the chair by the window.", "Formula 7N + 20 vol.", "Patch test done.", "Tips in cash."),
    reasons=("Sick child", "Work ran late", "Found an earlier time", "Car trouble", "Double booked by accident"),
)

_LENGTH = QuestionPlan(
    "How long is your hair?",
    QuestionType.SELECT,
    DataCategory.PREFERENCE,
    options=("Above the ears", "To the shoulders", "Longer"),
)
_REACTION = QuestionPlan(
    "Have you ever reacted to hair dye, and to which?",
    QuestionType.LONG_TEXT,
    DataCategory.HEALTH,
    help="Only who colours your hair reads this. We delete it a month after the appointment.",
    kept_days=30,
)

SALON = BusinessPlan(
    slug="austin-hair",
    name="Barton Springs Hair",
    zone="America/Chicago",
    currency="USD",
    locale="en-US",
    locations={
        "South Congress": "1400 Example Avenue, Austin, TX 78704",
        "East Side": "88 Sample Street, Austin, TX 78702",
    },
    schedules={
        "Shop hours": {day: hours((9, 18)) for day in range(1, 7)} | {4: hours((11, 20))},
        "Four days": {day: hours((10, 14), (15, 19)) for day in (2, 3, 5, 6)},
    },
    staff=(
        StaffPlan("Rosa Alvarado", "Master stylist", "rosa@example.com", "South Congress", "Shop hours", 0.8),
        StaffPlan("Ben Okafor", "Barber", "ben@example.com", "South Congress", "Shop hours", 0.7),
        StaffPlan("Mei-Ling Chen", "Colourist", "mei-ling@example.com", "East Side", "Four days", 0.75),
        StaffPlan("Tyler Novak", "Junior stylist", "tyler@example.com", "East Side", "Shop hours", 0.5),
    ),
    services=(
        ServicePlan(
            "Haircut",
            "haircut",
            "Wash, cut and style.",
            45,
            6500,
            _EVERYONE,
            5,
            after=5,
            add_ons=("Scalp massage", "Bond treatment"),
            questions=(_LENGTH,),
        ),
        ServicePlan(
            "Beard trim", "beard-trim", "Hot towel included.", 20, 2800, ("Ben Okafor", "Tyler Novak"), 2, step=10
        ),
        ServicePlan(
            "Colour",
            "colour",
            "Full colour with consultation. A patch test two days before is needed.",
            120,
            18500,
            _COLOUR,
            2,
            step=30,
            before=10,
            after=15,
            notice=2880,
            cutoff=2880,
            confirmation=Confirmation.MANUAL,
            needs="Colour station",
            add_ons=("Bond treatment",),
            questions=(_REACTION, _LENGTH),
        ),
        ServicePlan(
            "Blow-dry", "blow-dry", "Ready for tonight.", 30, 4000, _EVERYONE, 2, notice=30, mode=SlotMode.PACKED
        ),
        ServicePlan("Fringe trim", "fringe-trim", "Free for regulars.", 10, 0, _EVERYONE, 1, step=10, notice=0),
        ServicePlan(
            "Bridal trial",
            "bridal-trial",
            "By arrangement; the link is sent to you.",
            90,
            22000,
            ("Rosa Alvarado",),
            0.3,
            step=30,
            after=15,
            notice=4320,
            cutoff=4320,
            visibility=Visibility.UNLISTED,
            deposit_percent=25,
        ),
        ServicePlan(
            "Bridal morning",
            "bridal-morning",
            "Two of us for you and whoever stands beside you; we confirm it.",
            180,
            48000,
            ("Rosa Alvarado", "Ben Okafor"),
            0,
            step=60,
            notice=10080,
            cutoff=10080,
            confirmation=Confirmation.MANUAL,
            assignment=Assignment.COLLECTIVE,
            deposit_percent=25,
        ),
        ServicePlan(
            "Model night",
            "model-night",
            "Staff training, booked by the salon.",
            60,
            None,
            ("Tyler Novak",),
            0.3,
            visibility=Visibility.PRIVATE,
        ),
        ServicePlan("Perm", "perm", "No longer offered.", 150, 16000, ("Rosa Alvarado",), 0, archived=True),
    ),
    members=(
        MemberPlan("Marisol Reyes", "marisol@example.com", Role.OWNER),
        MemberPlan("Dana Whitfield", "dana@example.com", Role.MANAGER),
        MemberPlan("Rosa Alvarado", "rosa@example.com", Role.STAFF, "Rosa Alvarado"),
        MemberPlan("Quentin Archer", "auditor@example.com", Role.AUDITOR),
    ),
    people=_PEOPLE,
    closed=((1, 1), (7, 4), (12, 25)),
    short={(12, 24): hours((9, 13)), (12, 31): hours((9, 15))},
    special={10: hours((12, 21)), 18: ()},
    time_off=(
        TimeOffPlan("Ben Okafor", 7, 5, "Vacation"),
        TimeOffPlan("Rosa Alvarado", -40, 3, "Hair show in Dallas"),
        TimeOffPlan("Tyler Novak", 30, 1, "Driving test"),
        TimeOffPlan(None, 46, 2, "Renovation"),
    ),
    resources={"Colour station": 2},
    add_ons=(
        AddOnPlan("Scalp massage", "Ten minutes with warm oil.", 1500, 10),
        AddOnPlan("Bond treatment", "For hair that was bleached.", 3000, 15),
    ),
    travels=(TravelPlan("Rosa Alvarado", 14, 3, "Europe/Berlin"),),
    notice="We keep your colour formula so that next time looks the same. Ask us and we remove it.",
)
