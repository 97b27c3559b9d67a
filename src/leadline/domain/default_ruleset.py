"""Rule set version 1, the table of RULES 2 with the usual other ways to say its answers. Published: it never changes."""

from typing import Any

from leadline.domain.rulesets import RuleSet


def _answers(field: str, points: dict[str, int], other: int | None = None) -> list[dict[str, Any]]:
    rules: list[dict[str, Any]] = [{"when": {field: value}, "points": given} for value, given in points.items()]
    return rules if other is None else [*rules, {"when": {field: {"other": True}}, "points": other}]


_COMPANY_SIZE = {"1-10": 5, "11-50": 10, "51-200": 20, "201-1000": 23, "1000+": 25}
_INDUSTRY = {
    "Software/SaaS": 20,
    "Financial Services": 18,
    "Marketing/Advertising": 18,
    "Professional Services": 15,
    "Healthcare": 15,
    "Manufacturing": 12,
    "Education": 8,
    "Retail/E-commerce": 5,
}
_INQUIRY_TYPE = {
    "Demo Request": 30,
    "Pricing Information": 25,
    "Free Trial": 25,
    "Contact Sales": 20,
    "Product Question": 10,
    "Partnership": 10,
    "Content Download": 5,
    "Support": 0,
}
_BUDGET_TIMELINE = {"Immediate": 20, "1-3 months": 15, "3-6 months": 10, "6-12 months": 5, "Just Researching": 0}
_EMAIL_CLASS = {"business": 5, "free": 0, "disposable": -10}

# fmt: off
_SYNONYMS: dict[str, dict[str, list[str]]] = {
    "industry": {
        "Software/SaaS": [
            "SaaS", "Software", "Software & SaaS", "Software and SaaS", "Software or SaaS", "SaaS/Software", "B2B SaaS",
            "Software as a Service", "Computer Software", "Software Development", "Enterprise Software",
        ],
        "Financial Services": [
            "Finance", "Financial", "Financial Service", "Banking", "Banking & Finance", "Banking and Finance", "FinTech",
        ],
        "Marketing/Advertising": [
            "Marketing", "Advertising", "Marketing & Advertising", "Marketing and Advertising", "Advertising/Marketing",
            "Marketing Agency", "Advertising Agency", "Ad Agency", "Digital Marketing", "Marketing Services",
        ],
        "Professional Services": [
            "Professional Service", "Consulting", "Consultancy", "Management Consulting", "Consulting Services",
        ],
        "Healthcare": [
            "Health", "Medical", "Hospital & Health Care", "Health Care Services", "Hospitals and Health Care",
        ],
        "Manufacturing": ["Manufacturer", "Manufacture", "Industrial Manufacturing"],
        "Education": ["Higher Education", "Education Management", "Ed-Tech", "E-Learning"],
        "Retail/E-commerce": [
            "Retail", "E-commerce", "Retail & E-commerce", "Retail and E-commerce", "E-commerce/Retail", "Online Retail",
        ],
    },
    "inquiry_type": {
        "Demo Request": [
            "Demo", "Request a demo", "Request demo", "Book a demo", "Schedule a demo", "Get a demo", "See a demo",
            "Live demo", "Product demo", "Demonstration",
        ],
        "Pricing Information": [
            "Pricing", "Price", "Prices", "Pricing Info", "Pricing Request", "Pricing Inquiry", "Pricing Question",
            "Request Pricing", "Get Pricing", "Quote", "Request a quote", "Get a quote",
        ],
        "Free Trial": ["Trial", "Trial Request", "Start a trial", "Start free trial", "Start a free trial", "Try it free"],
        "Contact Sales": [
            "Sales", "Talk to sales", "Speak to sales", "Sales Inquiry", "Sales Enquiry", "Sales Question",
        ],
        "Product Question": ["Question", "Product Questions", "Product Inquiry", "Product Information", "Product Info"],
        "Partnership": [
            "Partner", "Partners", "Partnerships", "Become a partner", "Partnership Inquiry", "Partnership Request",
        ],
        "Content Download": ["Content", "Download", "White paper", "E-book", "Download a white paper", "Resource Download"],
        "Support": ["Help", "Customer Support", "Technical Support", "Tech Support", "Support Request"],
    },
    "budget_timeline": {
        "Immediate": [
            "Immediately", "ASAP", "As soon as possible", "Now", "Right now", "Right away", "Today", "Urgent", "This week",
            "This month", "Within a month", "Within 1 month", "Less than 1 month", "< 1 month", "0-1 months",
        ],
        "1-3 months": [
            "1-3 month", "1 to 3 months", "In 1-3 months", "Within 3 months", "Next 3 months", "1-3 mo", "This quarter",
        ],
        "3-6 months": ["3-6 month", "3 to 6 months", "In 3-6 months", "Within 6 months", "Next 6 months", "3-6 mo"],
        "6-12 months": [
            "6-12 month", "6 to 12 months", "In 6-12 months", "Within 12 months", "Within a year", "This year", "6-12 mo",
        ],
        "Just Researching": [
            "Researching", "Research", "Just looking", "Just browsing", "Browsing", "Exploring", "Just exploring",
        ],
    },
}
# fmt: on

DEFAULT_RULESET = RuleSet.from_json(
    {
        "version": 1,
        "name": "Default",
        "thresholds": {"hot": 80, "warm": 50},
        "groups": [
            {"name": "company_size", "label": "Company size", "rules": _answers("company_size", _COMPANY_SIZE)},
            {"name": "industry", "label": "Industry", "rules": _answers("industry", _INDUSTRY, other=5)},
            {"name": "inquiry_type", "label": "Inquiry", "rules": _answers("inquiry_type", _INQUIRY_TYPE, other=5)},
            {
                "name": "budget_timeline",
                "label": "Timeline",
                "rules": _answers("budget_timeline", _BUDGET_TIMELINE, other=0),
            },
            {"name": "email_validation", "label": "E-mail address", "rules": _answers("email_class", _EMAIL_CLASS)},
            {
                "name": "engagement",
                "label": "Engagement",
                "rules": [
                    {"per": "email_reply_count", "points": 5, "max": 15},
                    {"per": "pricing_page_visits", "points": 3, "max": 15},
                    {"when": {"demo_video_watched": True}, "points": 10},
                ],
            },
            {
                "name": "qualification",
                "label": "Qualification",
                "rules": [{"when": {"qualification_bonus_applied": True}, "points": 10}],
            },
        ],
        "synonyms": _SYNONYMS,
    }
)
