"""A tutor in Auckland: afternoons and Saturdays, on the other side of the date line, seasons the other way round."""

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
from models import Confirmation, Role
from rules.slots import SlotMode

_BOTH = ("Aroha Ngata", "Callum Fraser")

_PEOPLE = PeoplePlan(
    first=words(
        "Charlotte Isla Amelia Aria Maia Anahera Mereana Manaia Kaia Ruby Lily Sophie Noah Oliver Jack Leo Nikau "
        "Wiremu Tāne Hēmi Rangi Mikaere Arjun Wei Sione Lani"
    ),
    last=words(
        "Smith Wilson Williams Singh Brown Taylor Jones Patel Anderson Thompson Kumar Li Wang Chen Tāwhai Parata "
        "Ngata Henare Tūhoe Tuilagi Fa’alogo MacDonald Campbell Fraser"
    ),
    unusual=("Te Rangi Hīroa 📚", "محمد العلي", "J. R. R. T.", "สมชาย ใจดี"),
    domain="example.net",
    phones=("+64955501##",),
    count=90,
    tags=("NCEA", "primary", "scholarship", "sibling", "online"),
    wishes=("Please go over fractions.", "She has a test on Friday.", "Could we do algebra?", "Kia ora! 🥝"),
    remarks=("Reads ahead of the class.", "Parent pays by bank transfer.", "Bring last year's papers."),
    reasons=("School camp", "Sports final", "Feeling unwell", "Exam moved"),
)

TUTOR = BusinessPlan(
    slug="auckland-tutor",
    name="Kererū Tutoring",
    zone="Pacific/Auckland",
    currency="NZD",
    locale="en-NZ",
    locations={
        "Ponsonby studio": "5 Example Road, Ponsonby, Auckland 1011",
        "Online": "Video call; the link is mailed",
    },
    schedules={
        "After school": {day: hours((15, 20)) for day in range(1, 5)} | {6: hours((9, 13))},
        "Evenings": {day: hours((16, 21)) for day in (1, 2, 3, 4, 7)},
    },
    staff=(
        StaffPlan(
            "Aroha Ngata", "Mathematics and science", "aroha@example.net", "Ponsonby studio", "After school", 0.8
        ),
        StaffPlan("Callum Fraser", "English and history", "callum@example.net", "Online", "Evenings", 0.65),
    ),
    services=(
        ServicePlan("Lesson", "lesson", "One to one.", 60, 7500, _BOTH, 4, step=30, after=10, notice=720),
        ServicePlan("Half lesson", "half-lesson", "For primary pupils.", 30, 4200, _BOTH, 2, step=15, after=5),
        ServicePlan(
            "Exam preparation",
            "exam-preparation",
            "Past papers and a plan.",
            90,
            10500,
            ("Aroha Ngata",),
            1,
            step=30,
            after=15,
            notice=2880,
            cutoff=2880,
            confirmation=Confirmation.MANUAL,
            mode=SlotMode.PACKED,
        ),
        ServicePlan("First meeting", "first-meeting", "Getting to know each other; free.", 20, 0, _BOTH, 0.7, step=20),
    ),
    members=(MemberPlan("Aroha Ngata", "aroha@example.net", Role.OWNER, "Aroha Ngata"),),
    people=_PEOPLE,
    closed=((1, 1), (1, 2), (2, 6), (4, 25), (12, 25), (12, 26)),
    special={12: hours((9, 16))},
    time_off=(TimeOffPlan(None, 60, 9, "School holidays"), TimeOffPlan("Callum Fraser", -12, 4, "Conference")),
)
