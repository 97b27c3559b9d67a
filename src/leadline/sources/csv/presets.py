"""What the exports of well-known systems call their columns, beyond the common labels. Data, and which of them a header fits."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from leadline.sources.mapping import label_key

# Columns that are about the lead but fill none of its answers.
CREATED_AT, OWNER, RECORD_ID = "created_at", "owner", "record_id"
ROLES = (CREATED_AT, OWNER, RECORD_ID)
MARKS_MIN = 3


@dataclass(frozen=True, slots=True)
class Preset:
    """One system's export. It is recognised by several of its `marks` together; `mapping` is label to field or role."""

    name: str
    marks: str
    mapping: Mapping[str, str] = field(default_factory=dict)


PRESETS = (
    Preset(
        "HubSpot",
        "Record ID; Contact ID; Lifecycle Stage; Lead Status; Contact owner; Create Date; Associated Company; Original Source;"
        " Associated Company Domain; Last Activity Date; Last Modified Date; State/Region; Country/Region; Postal Code",
        {"Record ID": RECORD_ID, "Contact ID": RECORD_ID, "Create Date": CREATED_AT, "Contact owner": OWNER},
    ),
    Preset(
        "Salesforce",
        "Lead ID; Lead Source; Lead Status; Lead Owner; Owner Alias; Created Date; Account Name; Mailing City; Mailing Street;"
        " Mailing State/Province; Mailing Zip/Postal Code; Mailing Country; Last Activity; Annual Revenue; Contact Owner;"
        " Company / Account; Converted; Conversion Date",
        {"Lead ID": RECORD_ID, "Created Date": CREATED_AT, "Create Date": CREATED_AT, "Lead Owner": OWNER, "Owner Alias": OWNER, "Company / Account": "company_name"},
    ),
    Preset(
        "Pipedrive",
        "Person - ID; Person - Name; Person - Email; Person - Phone; Person - Owner; Person - Label; Organization - Name;"
        " Person - Last activity date; Lead - ID; Lead - Title; Lead - Owner; Lead - Lead created; Deal - ID; Deal - Title;"
        " Person - Person created; Organization - Address; Person - Organization",
        {
            "Lead - ID": RECORD_ID, "Person - ID": RECORD_ID, "Lead - Lead created": CREATED_AT,
            "Person - Person created": CREATED_AT, "Lead - Owner": OWNER, "Person - Owner": OWNER,
            "Organization - Name": "company_name", "Person - Organization": "company_name",
            "Person - Email - Work": "email", "Person - Email - Home": "email", "Person - Phone - Work": "phone",
        },
    ),
    Preset(
        "Zoho",
        "Record Id; Lead Owner; Lead Owner Id; Lead Owner.id; Created Time; Modified Time; Created By; Modified By; Salutation;"
        " Secondary Email; Email Opt Out; Lead Status; No. of Employees; Skype ID; Last Activity Time; Tag",
        {"Record Id": RECORD_ID, "Lead Id": RECORD_ID, "Created Time": CREATED_AT, "Lead Owner": OWNER},
    ),
    Preset(
        "Google Contacts",
        "Given Name; Family Name; E-mail 1 - Value; E-mail 1 - Type; E-mail 1 - Label; Phone 1 - Value; Phone 1 - Type;"
        " Phone 1 - Label; Organization 1 - Name; Organization Name; Group Membership; Labels; Name Prefix; Additional Name",
        {"Organization 1 - Name": "company_name", "Notes": "message"},
    ),
    Preset(
        "Google Ads",
        "GCLID; Lead Email; Lead Phone; Conversion Name; Conversion Time; Keyword; Device; Campaign ID; Lead ID; Form ID;"
        " Lead Submit Time; Asset ID; Google Click ID",
        {"Conversion Time": CREATED_AT, "Lead Submit Time": CREATED_AT, "Lead ID": RECORD_ID},
    ),
    Preset(
        "Facebook",
        "created_time; full_name; phone_number; ad_id; ad_name; adset_id; adset_name; campaign_id; campaign_name; form_id;"
        " form_name; is_organic; platform; lead_status",
        {"created_time": CREATED_AT, "id": RECORD_ID},
    ),
    Preset(
        "Mailchimp",
        "MEMBER_RATING; OPTIN_TIME; OPTIN_IP; CONFIRM_TIME; CONFIRM_IP; LEID; EUID; LAST_CHANGED; GMTOFF; DSTOFF",
        {"LEID": RECORD_ID, "OPTIN_TIME": CREATED_AT},
    ),
    Preset(
        "Calendly",
        "Invitee Name; Invitee Email; Invitee Time Zone; Event Type Name; User Email; User Name; Start Date & Time;"
        " Event Created Date & Time; Text Reminder Number",
        {
            "Invitee Email": "email", "Invitee Name": "contact_name", "Invitee First Name": "first_name",
            "Invitee Last Name": "last_name", "Text Reminder Number": "phone", "Event Created Date & Time": CREATED_AT,
            "User Name": OWNER, "User Email": "",
        },
    ),
    Preset(
        "Dynamics",
        "(Do Not Modify) Lead; (Do Not Modify) Contact; (Do Not Modify) Row Checksum; (Do Not Modify) Modified On; Topic;"
        " Status Reason; Created On; Owner",
        {"(Do Not Modify) Lead": RECORD_ID, "(Do Not Modify) Contact": RECORD_ID, "Created On": CREATED_AT},
    ),
    Preset(
        "LinkedIn",
        "URL; Connected On; Position; Email Address; First Name",
        {"URL": "linkedin_url"},
    ),
    Preset(
        "Leadline",
        "created_at; lead_score; category; priority_flag; needs_review; waiting_since; first_contacted_at; last_activity_date",
        {"id": RECORD_ID, "created_at": CREATED_AT, "owner": OWNER},
    ),
)  # fmt: skip

# In any other file.
_COMMON_ROLES = {
    CREATED_AT: "Created at; Created date; Create date; Created time; Created on; Created; Date created; Creation date;"
    " Submitted at; Submission date; Submitted on; Timestamp; Signup date; Sign-up date; Erstellt am; Erstellungsdatum;"
    " Date de création; Créé le; Fecha de creación; 登録日; 作成日; 创建时间; Дата создания",
    OWNER: "Owner; Lead owner; Contact owner; Record owner; Account owner; Assigned to; Inhaber; Zuständig;"
    " Propriétaire; Propietario; 担当者; Ответственный",
}


def _keys(labels: Iterable[str]) -> frozenset[str]:
    return frozenset(map(label_key, labels))


_MARK_KEYS = {preset.name: _keys(preset.marks.split(";")) for preset in PRESETS}
_COMMON = {label_key(label): role for role, labels in _COMMON_ROLES.items() for label in labels.split(";")}
HEADER_KEYS = frozenset(_COMMON) | frozenset(key for keys in _MARK_KEYS.values() for key in keys)


def recognise(columns: Iterable[str]) -> Preset | None:
    """The system whose export has this header: the one with the most marks in it, where they are several."""
    keys = _keys(columns)
    best = max(PRESETS, key=lambda preset: len(_MARK_KEYS[preset.name] & keys))
    return best if len(_MARK_KEYS[best.name] & keys) >= MARKS_MIN else None


def preset_mapping(columns: Iterable[str], preset: Preset | None) -> dict[str, str]:
    """Which columns a preset, or else the common words for roles, give a meaning of their own; each role once, best first."""
    own = {label_key(label): meaning for label, meaning in preset.mapping.items()} if preset else {}
    order = {key: number for number, key in enumerate([*own, *_COMMON])}
    found: dict[str, str] = {}
    for column in sorted(columns, key=lambda column: order.get(label_key(column), 0)):
        key = label_key(column)
        meaning = own.get(key, _COMMON.get(key))
        if meaning is not None and not (meaning in ROLES and meaning in found.values()):
            found[column] = meaning
    return found
