"""The people and companies of the demo. All invented; every address is under example.com, which belongs to nobody."""

from typing import Any

# The seed's own, section "Database Seeding".
SEED_USERS: list[dict[str, Any]] = [
    {"full_name": "Marcus Johnson", "email": "marcus@company.com", "role": "rep", "max_active_leads": 2},
    {"full_name": "Sarah Chen", "email": "sarah@company.com", "role": "manager"},
    {"full_name": "Alex Rodriguez", "email": "alex@company.com", "role": "rep", "max_active_leads": 2},
]
SEED_LEADS: list[dict[str, Any]] = [
    {
        "company_name": "Salesforce",
        "contact_name": "John Doe",
        "email": "john@salesforce.com",
        "company_size": "1000+",
        "industry": "Software/SaaS",
        "inquiry_type": "Demo Request",
        "budget_timeline": "Immediate",
    },
    {
        "company_name": "Brooklyn Agency",
        "contact_name": "Jane Smith",
        "email": "jane@brooklyn.com",
        "company_size": "11-50",
        "industry": "Marketing/Advertising",
        "inquiry_type": "Pricing Information",
        "budget_timeline": "1-3 months",
    },
    {
        "company_name": "Local Coffee Shop",
        "contact_name": "Bob Lee",
        "email": "bob@gmail.com",
        "company_size": "1-10",
        "industry": "Retail/E-commerce",
        "inquiry_type": "Content Download",
        "budget_timeline": "Just Researching",
    },
]

# Small caps, so that a waiting list can be seen with few leads.
MORE_REPS: list[dict[str, Any]] = [
    {"full_name": "Ruth Okoye", "email": "ruth@company.com", "max_active_leads": 2},
    {"full_name": "Tomas Brandt", "email": "tomas@company.com", "max_active_leads": 2},
    {"full_name": "Signe Moor", "email": "signe@company.com", "max_active_leads": 2},
    {"full_name": "Priya Nair", "email": "priya@company.com", "max_active_leads": 1},
    {"full_name": "Ada Lindqvist", "email": "ada@company.com", "max_active_leads": 1},
]

COMPANIES = [
    "Kestrel Ledger",
    "Northgate Tidal Software",
    "Halcyon Freight Systems",
    "Brightwater Clinics",
    "Quillon Marketing",
    "Osprey Street Capital",
    "Mossbank Tooling",
    "Paperfin",
    "Verdant Loop",
    "Corbel & Stone",
    "Tallship Insurance",
    "Lumen Harbour Energy",
    "Saltmarsh Studio",
    "Fathom & Reed",
    "Juniper Row Schools",
    "Copperline Foods",
    "Atlas & Finch",
    "Greyloch Robotics",
    "Meridian Ateliers",
    "Oakhaven Legal",
    "Penrose Analytics",
    "Quayside Hotels",
    "Redfern Biotech",
    "Silverbeck Foundry",
    "Thornfield Media",
    "Umber Logistics",
    "Vantage Pier",
    "Willowmere Health",
    "Yarrow Textiles",
    "Zephyr Instruments",
    "Ashgrove Dental",
    "Birchwood Learning",
    "Cobalt Yard",
    "Dunlin Payments",
    "Eastmoor Farms",
    "Foxglove Labs",
]
FIRST_NAMES = [
    "Ines",
    "Mateo",
    "Priya",
    "Owen",
    "Lena",
    "Sofia",
    "Jonah",
    "Annika",
    "Luis",
    "Hana",
    "Beatrix",
    "Emeka",
    "Carla",
    "Noor",
    "Piotr",
    "Aiko",
    "Marta",
    "Theo",
    "Zeynep",
    "Ravi",
    "Elin",
    "Chidi",
]
LAST_NAMES = [
    "Halvorsen",
    "Brandvold",
    "Lindgren",
    "Tarrant",
    "Abara",
    "Marchetti",
    "Weiss",
    "Feld",
    "Carranza",
    "Sato",
    "Munro",
    "Duru",
    "Voss",
    "Rahman",
    "Kowalski",
    "Tanaka",
    "Silva",
    "Okafor",
]
MESSAGES = (
    "We close the books for 140 funds and every form we own ends in a spreadsheet. Can you show us routing by region this week?",
    "Looking for a replacement before our contract ends. Please send prices for 40 seats.",
    "Our team answers leads two days late. How quickly can we start?",
    "Could you explain how scoring works and whether we can change the rules ourselves?",
    "We are comparing three tools for a rollout next quarter.",
    "",
)

# What a lead answers: Hot, Warm and Cold mixes of the seed's answers.
ANSWERS: dict[str, list[dict[str, str]]] = {
    "Hot": [
        {
            "company_size": "51-200",
            "industry": "Software/SaaS",
            "inquiry_type": "Demo Request",
            "budget_timeline": "Immediate",
        },
        {
            "company_size": "201-1000",
            "industry": "Financial Services",
            "inquiry_type": "Pricing Information",
            "budget_timeline": "Immediate",
        },
        {
            "company_size": "1000+",
            "industry": "Healthcare",
            "inquiry_type": "Demo Request",
            "budget_timeline": "1-3 months",
        },
    ],
    "Warm": [
        {
            "company_size": "11-50",
            "industry": "Professional Services",
            "inquiry_type": "Pricing Information",
            "budget_timeline": "1-3 months",
        },
        {
            "company_size": "51-200",
            "industry": "Manufacturing",
            "inquiry_type": "Contact Sales",
            "budget_timeline": "3-6 months",
        },
        {
            "company_size": "201-1000",
            "industry": "Education",
            "inquiry_type": "Free Trial",
            "budget_timeline": "6-12 months",
        },
    ],
    "Cold": [
        {
            "company_size": "1-10",
            "industry": "Retail/E-commerce",
            "inquiry_type": "Content Download",
            "budget_timeline": "Just Researching",
        },
        {"company_size": "11-50", "industry": "Education", "inquiry_type": "Support", "budget_timeline": "6-12 months"},
    ],
}
SOURCES = ("Webflow Form", "API", "Web Form", "Typeform", "HubSpot")
CAMPAIGNS = (
    ("google", "cpc", "q4-demo-push"),
    ("linkedin", "paid", "fund-ops"),
    ("newsletter", "email", "october"),
    (None, None, None),
)
CLOSINGS = ("not_a_fit", "no_response", "no_budget", "competitor", "lost_to_competitor")
