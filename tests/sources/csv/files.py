"""Files as people export and upload them, in the kinds we were shown; the people are invented."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from leadline.sources.csv.plan import Plan, plan_file
from leadline.sources.csv.table import open_table

Write = Callable[[bytes | str], Path]


class Kind(NamedTuple):
    """A file, how many rows it has, and what its first row says."""

    name: str
    text: str
    rows: int
    first: dict[str, str]
    preset: str | None = None
    created: str | None = None
    owner: str | None = None
    record_id: str | None = None


def plan(path: Path, mapping: dict[str, str] | None = None) -> Plan:
    return plan_file(open_table(path), mapping)


# fmt: off
KINDS = [
    Kind("facebook", "created_time,full_name,email,phone_number,form_name,platform\n2024-03-15 09:12:00,Ann Lee,ann@a.example,+1 555-0100,Tower,fb", 1, {"contact_name": "Ann Lee", "email": "ann@a.example", "phone": "+1 555-0100"}, "Facebook", "2024-03-15T09:12:00+00:00"),
    Kind("facebook with spaces", "Created Time,Full Name,Email Address,Phone,Ad Name,campaign_id,is_organic\n03/05/2024 9:12 AM,Ann Lee,ann@a.example,5550100,Ad,1,false\n03/17/2024,N/A,invalid-email,none,Ad,1,true\n", 2, {"email": "ann@a.example"}, "Facebook", "2024-03-05T09:12:00+00:00"),
    Kind("google ads", "GCLID,Lead Email,Lead Phone,Conversion Name,Conversion Time\nC,a@a.example,+44 7700 900123,Form,2024-04-01 11:23:45\nD,,+1-555-0199,Form,2024-04-03\n", 2, {"email": "a@a.example", "phone": "+44 7700 900123"}, "Google Ads", "2024-04-01T11:23:45+00:00"),
    Kind("customers", "Date,Customer Name,Email,Phone Number,City,Lead Status\n2024-05-01,Müller Hans,h@m.example,+49 30 12345678,Berlin,New\n", 1, {"contact_name": "Müller Hans", "City": "Berlin"}),
    Kind("excel", '"First Name","Last Name","Email Address","Mobile","Company Name","Created Date"\n"Ann","Lee","a@a.example","555-0200","Acme","01/15/2024"\n', 1, {"first_name": "Ann", "last_name": "Lee", "company_name": "Acme"}, None, "2024-01-15T00:00:00+00:00"),
    Kind("agency", "Lead ID,Contact Name,Email,Lead Owner,Source,Notes\nLD-1,Ann Lee,a@a.example,Priya Rao,Facebook Ads,Called twice\nLD-2,Bo,,Priya Rao,,\n", 2, {"contact_name": "Ann Lee", "source": "Facebook Ads", "message": "Called twice"}, None, None, "Priya Rao"),
    Kind("misspelt", "Nmae,Emial,Compny\nAnn Lee,a@a.example,Acme\n,b@a.example,Beta\n", 2, {"email": "a@a.example", "Nmae": "Ann Lee"}),
    Kind("twice", "Name,Email,Name,Email,Notes\nAnn Lee,a@a.example,Ann L.,other@a.example,VIP\n", 1, {"contact_name": "Ann Lee", "email": "a@a.example", "Email 2": "other@a.example"}),
    Kind("dates of many kinds", "Name,Email,Signup Date\nAnn,a@a.example,2024-01-15\nBo,b@a.example,01/20/2024\nCy,c@a.example,20.03.2024\n", 3, {"email": "a@a.example"}, None, "2024-01-15T00:00:00+00:00"),
    Kind("letters of many kinds", "Full Name,Email\nNguyễn Văn An,a@a.example\nАлексей,b@a.example\n", 2, {"contact_name": "Nguyễn Văn An"}),
    Kind("pictures", "Name,Email,Notes\nAnn 🚀,a@a.example,Loves 🏠\n", 1, {"contact_name": "Ann 🚀", "message": "Loves 🏠"}),
    Kind("spanish", "Nombre,Correo,Telefono,Empresa,Notas\nJuan García,j@a.example,+34 612 345 678,Empresa SA,Hola\n", 1, {"contact_name": "Juan García", "email": "j@a.example", "company_name": "Empresa SA", "message": "Hola"}),
    Kind("blank rows", "Name,Email\n\nAnn,a@a.example\n\n,\n  ,\nBo,b@a.example\n", 2, {"contact_name": "Ann"}),
    Kind("the same row again", "Name,Email\nAnn,a@a.example\nAnn,a@a.example\n", 2, {"contact_name": "Ann"}),
    Kind("untidy", '  Name  ,  Email  , Company \n" Ann ""Annie"" Lee ",a@a.example," Acme, Inc. "\n', 1, {"contact_name": ' Ann "Annie" Lee ', "company_name": " Acme, Inc. "}),
    Kind("formulas", "Name,Email\n=SUM(A1:A10),a@a.example\n'=SUM(A1:A10),b@a.example\n", 2, {"contact_name": "=SUM(A1:A10)"}),
    Kind("empty columns", "Name,Email,Extra1,Extra2\nAnn,a@a.example,,\nBo,b@a.example,,value\n", 2, {"contact_name": "Ann"}),
    Kind("tabs", "Name\tEmail\tCompany\nAnn, Lee\ta@a.example\tTabCorp\n", 1, {"contact_name": "Ann, Lee", "company_name": "TabCorp"}),
    Kind("semicolons", "Name;E-Mail;Firma;Erstellt am\nAnn, die Große;a@a.example;Größe GmbH;03/04/2024\n", 1, {"contact_name": "Ann, die Große"}, None, "2024-04-03T00:00:00+00:00"),
    Kind("sep line", "sep=;\r\nName;Email\r\nAnn, Lee;a@a.example\r\n", 1, {"contact_name": "Ann, Lee"}),
    Kind("trailing commas", "Name,Email,\nAnn,a@a.example,\nBo,b@a.example,,,more\n", 2, {"contact_name": "Ann"}),
    Kind("several lines in a cell", 'Name,Email,Address\n"Ann",a@a.example,"123 Main St\nApt 4B"\n', 1, {"Address": "123 Main St\nApt 4B"}),
    Kind("salesforce", "Lead Source,First Name,Last Name,Email,Lead Status,Owner Alias,Created Date\nWeb,Ann,Lee,a@a.example,Open,jdoe,2024-06-01\n", 1, {"source": "Web", "first_name": "Ann"}, "Salesforce", "2024-06-01T00:00:00+00:00", "jdoe"),
    Kind("hubspot", "Record ID,First Name,Last Name,Email,Lead Status,Lifecycle Stage,Create Date,Contact owner\n101,Ann,Lee,a@a.example,NEW,lead,2024-03-12 09:14,o@a.example\n", 1, {"first_name": "Ann"}, "HubSpot", "2024-03-12T09:14:00+00:00", "o@a.example", "101"),
    Kind("google contacts", "Given Name,Family Name,E-mail 1 - Value,Phone 1 - Value,Organization 1 - Name\nSam,Lee,s@a.example,312-555-0144,Roofs\n", 1, {"first_name": "Sam", "last_name": "Lee", "email": "s@a.example", "company_name": "Roofs"}, "Google Contacts"),
    Kind("pipedrive", "Person - ID,Person - Name,Person - Email,Person - Phone,Organization - Name\n88,Jo Vega,j@a.example,312-555-0122,Acme\n", 1, {"contact_name": "Jo Vega", "company_name": "Acme"}, "Pipedrive", None, None, "88"),
    Kind("zoho", "Record Id,Lead Owner,Company,First Name,Last Name,Email,Lead Status,Created Time,Modified Time\nzcrm_1,Ann Lee,Acme,Bo,Ray,b@a.example,Open,2024-02-01 10:00:00,2024-02-02 10:00:00\n", 1, {"company_name": "Acme", "first_name": "Bo"}, "Zoho", "2024-02-01T10:00:00+00:00", "Ann Lee", "zcrm_1"),
    Kind("a title above", "All leads of March\n\nName,Email,Company\nAnn,a@a.example,Acme\n", 1, {"company_name": "Acme"}),
    Kind("blank lines above", "\n\n,,\nName,Email\nAnn,a@a.example\n", 1, {"contact_name": "Ann"}),
    Kind("old mac lines", "Name,Email\rAnn,a@a.example\rBo,b@a.example\r", 2, {"contact_name": "Ann"}),
    Kind("one column", "Email\na@a.example\nb@a.example\n", 2, {"email": "a@a.example"}),
    Kind("numbers of employees", "Company,Email,Employees\nAcme,a@a.example,250\n", 1, {"company_size": "250"}),
]
# fmt: on
