"""Exports of systems and of spreadsheets in other languages, as they come; the people are invented."""

import pytest

from leadline.sources.csv import UnreadableFile
from leadline.sources.csv.east_asian import east_asian
from leadline.sources.csv.plan import plan_file
from leadline.sources.csv.preview import preview, told
from leadline.sources.csv.table import open_table
from tests.sources.csv.files import Write, plan

OUTLOOK = (
    '"First Name","Middle Name","Last Name","E-mail Address","E-mail 2 Address","Home Phone","Business Phone","Company",'
    '"Web Page","Birthday","Notes","Priority"\r\n'
    '"Ann","","Lee","ann@alpha.example.com","","","+1 312 555 0100","Alpha Inc","https://alpha.example.com","0/0/00",'
    '"Met at fair","Normal"\r\n'
)
OUTLOOK_GERMAN = (
    '"Anrede";"Vorname";"Nachname";"Firma";"Telefon geschäftlich";"Mobiltelefon";"E-Mail-Adresse";"E-Mail-Typ";"Notizen"\r\n'
    '"Herr";"Jürgen";"Müller";"Größe GmbH";"+49 221 123456";"";"jm@groesse.example.com";"SMTP";"Umsatz 1.234,50"\r\n'
)
FRENCH = (
    "Prénom;Nom;Société;Adresse e-mail;Téléphone;Effectif;Chiffre d'affaires;Date de création;Commentaire\r\n"
    "Zoé;Noël;Été & Fils;zoe@ete.example.com;01 23 45 67 89;11-50;1 234,56 €;03/04/2024;Bonjour, ça va ?\r\n"
)
JAPANESE = (
    "氏名,会社名,メールアドレス,電話番号,部署,お問い合わせ内容,登録日\r\n"
    "山田 太郎,株式会社サンプル,taro@sample.example.com,03-1234-5678,営業部,資料請求,2024/01/15\r\n"
)
CHINESE = "姓名,公司,邮箱,电话\r\n王伟,示例公司,wang@shili.example.com,+86 10 1234 5678\r\n李娜,测试有限公司,li@b.example.com,\r\n"
TAIWANESE = (
    "姓名,公司,電子郵件,電話\r\n陳志明,台灣範例股份有限公司,chen@fanli.example.com,02 1234 5678\r\n"
    "林淑芬,測試企業,lin@b.example.com,\r\n"
)
KOREAN = "이름,회사,이메일,전화번호\r\n김철수,예제회사,kim@yeje.example.com,02-123-4567\r\n"
RUSSIAN = "Имя;Компания;Эл. почта;Телефон\r\nИВАН ПЕТРОВ;ООО Ромашка;ivan@romashka.example.com;+7 495 123-45-67\r\n"
POLISH = (
    "Imię;Nazwisko;Firma;E-mail;Telefon\r\nŁukasz;Wiśniewski;Żółć Sp. z o.o.;l@zolc.example.com;+48 22 123 45 67\r\n"
)
MAILCHIMP = (
    "Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,LEID,EUID,NOTES,TAGS\n"
    'cy@mail.example.com,Cy,Lo,2,"2023-08-17 14:12:53",,563247793,abc,,"""Customer"""\n'
)
CALENDLY = (
    "Team,User Name,User Email,Invitee Name,Invitee Email,Invitee Time Zone,Event Type Name,Event Created Date & Time\n"
    ",Rep One,rep@ours.example.com,Ann Lee,ann@cal.example.com,Europe/Berlin,30 Minute Meeting,2024-05-01 09:00\n"
)
LINKEDIN = (
    'Notes:\n"When exporting your connection data, you may notice that some addresses are missing."\n\n'
    "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n"
    "Ann,Lee,https://www.linkedin.com/in/annlee,ann@li.example.com,Acme,CTO,24 Nov 2025\n"
)
DYNAMICS = (
    "(Do Not Modify) Lead,(Do Not Modify) Row Checksum,(Do Not Modify) Modified On,Name,Topic,Created On,Email,Company Name\n"
    "0f3c,x,1/2/2024 3:04:05 PM,Ann Lee,Pricing,1/22/2024 3:04:05 PM,ann@dyn.example.com,Acme\n"
)
GOOGLE = (
    "First Name,Last Name,Organization Name,Notes,Labels,E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value\n"
    "Sam,Lee,Roofs Ltd,Met once,* myContacts,* Work,sam@roofs.example.com,Mobile,312-555-0144\n"
)


@pytest.mark.parametrize(
    ("text", "encoding", "preset", "who", "company", "email", "created"),
    [
        (OUTLOOK, "utf-8", None, "Ann Lee", "Alpha Inc", "ann@alpha.example.com", None),
        (OUTLOOK_GERMAN, "cp1252", None, "Jürgen Müller", "Größe GmbH", "jm@groesse.example.com", None),
        (FRENCH, "cp1252", None, "Zoé Noël", "Été & Fils", "zoe@ete.example.com", "2024-04-03"),
        (JAPANESE, "cp932", None, "山田 太郎", "株式会社サンプル", "taro@sample.example.com", "2024-01-15"),
        (CHINESE, "gb18030", None, "王伟", "示例公司", "wang@shili.example.com", None),
        (TAIWANESE, "big5", None, "陳志明", "台灣範例股份有限公司", "chen@fanli.example.com", None),
        (KOREAN, "cp949", None, "김철수", "예제회사", "kim@yeje.example.com", None),
        (RUSSIAN, "cp1251", None, "ИВАН ПЕТРОВ", "ООО Ромашка", "ivan@romashka.example.com", None),
        (POLISH, "cp1250", None, "Łukasz Wiśniewski", "Żółć Sp. z o.o.", "l@zolc.example.com", None),
        (MAILCHIMP, "utf-8", "Mailchimp", "Cy Lo", "mail.example.com", "cy@mail.example.com", "2023-08-17"),
        (CALENDLY, "utf-8", "Calendly", "Ann Lee", "cal.example.com", "ann@cal.example.com", "2024-05-01"),
        (LINKEDIN, "utf-8", "LinkedIn", "Ann Lee", "Acme", "ann@li.example.com", None),
        (DYNAMICS, "utf-8", "Dynamics", "Ann Lee", "Acme", "ann@dyn.example.com", "2024-01-22"),
        (GOOGLE, "utf-8", "Google Contacts", "Sam Lee", "Roofs Ltd", "sam@roofs.example.com", None),
    ],
)
def test_an_export_becomes_the_lead_it_means(
    write: Write, text: str, encoding: str, preset: str | None, who: str, company: str, email: str, created: str | None
) -> None:
    found = preview(plan(write(text.encode(encoding))))
    first = found.rows[0]
    lead, at = first.becomes, first.row.created_at

    assert lead is not None
    assert (lead.contact_name, lead.company_name, lead.email) == (who, company, email)
    assert (found.plan.preset, found.plan.table.encoding, found.rejected) == (preset, encoding, 0)
    assert (at.date().isoformat() if at else None) == created


@pytest.mark.parametrize(
    "words", ["ИВАН ПЕТРОВ ВОЛГА", "Γιώργος Παπαδόπουλος", "Jürgen Müller Größe", "Łódź Śląsk Żółć"]
)
def test_words_of_single_bytes_are_not_taken_for_east_asian_ones(words: str) -> None:
    for encoding in ("cp1251", "cp1253", "cp1252", "cp1250"):
        try:
            written = [word.encode(encoding) for word in words.split()]
        except UnicodeEncodeError:
            continue
        assert east_asian([word for word in written if not word.isascii()]) is None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'"Name,Email,Company"\n"Ann,ann@a.example.com,Acme"\n', "one cell in quotes"),
        (b"BEGIN:VCARD\nEMAIL:ann@a.example.com\nEND:VCARD\n", "vCard"),
        (b"{\\rtf1\\ansi leads}\n", "RTF"),
        (b"INSERT INTO leads VALUES ('Ann', 'ann@a.example.com');\n", "no header"),
    ],
)
def test_what_is_no_table_is_refused_in_a_sentence(content: bytes, said: str, write: Write) -> None:
    with pytest.raises(UnreadableFile, match=said):
        plan(write(content))


@pytest.mark.parametrize(
    ("cells", "described"),
    [
        (["03/04/2024", "13/04/2024"], "day first"),
        (["03/04/2024", "04/13/2024"], "month first"),
        (["03.04.2024"], "day first"),
        (["04/13/2024", "13/04/2024"], "in several orders (what may mean two days is left out)"),
        (["2024-04-03", "3 April 2024"], None),
    ],
)
def test_the_order_of_its_dates_is_said(write: Write, cells: list[str], described: str | None) -> None:
    rows = "".join(f"a{n}@a.example.com,{cell}\n" for n, cell in enumerate(cells))

    assert plan(write(f"Email,Created at\n{rows}")).date_format == described


def test_a_preview_tells_columns_that_the_first_rows_leave_blank_and_looks_at_so_many(write: Write) -> None:
    rows = "".join(f"n{n}@a.example.com,{'555-0100' if n == 30 else ''},\n" for n in range(40)) + ",,\n,x,\n"
    found = preview(plan(write(f"Email,Phone,City\n{rows}")), source="Fair")
    short = preview(found.plan, rows_max=10)

    assert found.meanings == {"Email": "email", "Phone": "phone"}
    assert (found.looked_at, found.rejected, found.faults) == (41, 1, [(43, "email is required")])
    assert found.rows[0].becomes is not None
    assert found.rows[0].becomes.source == "Fair"
    assert (short.looked_at, short.rejected, short.meanings) == (10, 0, {"Email": "email"})
    assert told(short, None)["columns"][1] == {"column": "Phone", "means": None, "example": ""}


def test_a_remembered_mapping_stands_in_place_of_what_would_be_recognised_and_a_given_one_wins(write: Write) -> None:

    table = open_table(write("Wer,Wo,Email\nAnn,Oslo,a@a.example.com\n"))
    again = plan_file(table, {"Wo": "company_name"}, {"Wer": "company_name", "Email": "email"})

    assert again.mapping == {"Email": "email", "Wo": "company_name"}
