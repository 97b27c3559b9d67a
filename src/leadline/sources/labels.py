"""Which labels people give to which field, in the languages we meet. Data only, compared by `mapping.label_key`."""

# Best first: where a form has several of them, the earlier one fills the field.
LABELS: dict[str, str] = {
    "email": """
        Work email; Work email address; Business email; Business email address; Company email; Corporate email;
        Professional email; Geschäftliche E-Mail; E-mail professionnel; E-mail pro; Correo corporativo;
        Email; Email address; Your email; Your email address; Contact email; Lead email; Person - Email; Mail;
        Mail address; E-mail 1 - Value; E-Mail-Adresse; Mailadresse; Ihre E-Mail; Ihre E-Mail-Adresse; Adresse e-mail;
        Adresse mail; Adresse électronique; Courriel; Votre e-mail; Correo; Correo electrónico; Dirección de correo;
        Tu correo; Su correo; Personal email; メールアドレス; メール; Eメール; 邮箱; 电子邮箱; 电子邮件; 電子郵件; 이메일; Эл. почта;
        Электронная почта; Почта; Adres e-mail
    """,
    "contact_name": """
        Contact name; Full name; Your name; Your full name; Customer name; Lead name; Person - Name; Name of contact;
        Contact; Contact person; Ansprechpartner; Ansprechpartnerin; Ihr Name; Vollständiger Name; Vor- und Nachname;
        Nom complet; Nom et prénom; Prénom et nom; Votre nom; Nombre completo; Nombre y apellido; Nombre y apellidos;
        Tu nombre; Su nombre; 氏名; お名前; 名前; 担当者名; 姓名; 联系人; 聯絡人; 이름; 성명; 담당자; ФИО; Контактное лицо;
        Imię i nazwisko
    """,
    # Alone they mean the whole name, beside a first name the last one (Vorname, Name; Prénom, Nom).
    "name": "Name; Nom; Имя",
    # Alone it means the whole name, beside Apellidos the first one.
    "nombre": "Nombre",
    "first_name": "First name; Your first name; Given name; Forename; Vorname; Prénom; Nombre de pila; Primer nombre; Imię",
    "last_name": """
        Last name; Your last name; Surname; Family name; Nachname; Familienname; Nom de famille; Apellido; Apellidos; Nazwisko; Фамилия
    """,
    "company_name": """
        Company name; Company; Your company; Name of company; Organization; Organisation; Organization name;
        Organisation name; Organization 1 - Name; Business; Business name; Employer; Account; Account name;
        Associated company; Firma; Firmenname; Unternehmen; Unternehmensname; Société; Nom de la société; Entreprise;
        Nom de l'entreprise; Empresa; Nombre de la empresa; Compañía; 会社名; 会社; 公司; 公司名称; 회사; 회사명; Компания; Организация;
        Nazwa firmy
    """,
    "phone": """
        Phone; Phone number; Your phone; Your phone number; Work phone; Business phone; Contact number; Contact phone;
        Lead phone; Person - Phone; Phone 1 - Value; Telephone; Telephone number; Tel; Telefon; Telefonnummer;
        Rufnummer; Numéro de téléphone; Teléfono; Número de teléfono; Mobile; Mobile phone; Mobile number;
        Mobile phone number; Cell; Cell phone; Handy; Handynummer; Mobil; Mobilnummer; Portable; Móvil; 電話番号; 電話; 携帯電話; 电话; 手机; 전화번호; 연락처; Телефон
    """,
    "company_size": """
        Company size; Size of company; Team size; Number of employees; No. of employees; Num employees; Employees;
        Employee count; How many employees; How many employees do you have; Headcount; Unternehmensgröße; Firmengröße;
        Mitarbeiter; Mitarbeiterzahl; Anzahl Mitarbeiter; Anzahl der Mitarbeiter; Effectif; Effectifs;
        Nombre de salariés; Nombre d'employés; Taille de l'entreprise; Empleados; Número de empleados;
        Tamaño de la empresa
    """,
    "industry": """
        Industry; Your industry; Sector; Business sector; Vertical; Branche; Industrie; Secteur; Secteur d'activité;
        Industria; Sector de actividad
    """,
    "inquiry_type": """
        Inquiry type; Enquiry type; Type of inquiry; Type of enquiry; Request type; Type of request; Reason for contact;
        Reason for contacting; Reason; I am interested in; I'm interested in; Interested in; Interest; Interests;
        Anliegen; Art der Anfrage; Ich interessiere mich für; Type de demande; Motif de contact; Motif;
        Tipo de consulta; Motivo
    """,
    "budget_timeline": """
        Budget timeline; Timeline; Timeframe; Purchase timeline; Purchase timeframe; Project timeline;
        Buying time frame; When are you looking to buy; How soon; Zeitrahmen; Zeitplan; Délai; Calendrier; Plazo;
        Budget; Your budget; Presupuesto
    """,
    "current_solution": """
        Current solution; Current tool; Current tools; Current software; Current provider; Current vendor; Current CRM;
        Existing solution; Aktuelle Lösung; Bisherige Lösung; Solution actuelle; Solución actual
    """,
    "message": """
        Message; Your message; Messages; Comment; Comments; Note; Notes; Question; Questions; Inquiry; Enquiry; Details;
        Description; How can we help; How can we help you; Tell us more; Anything else; Nachricht; Ihre Nachricht;
        Mitteilung; Bemerkung; Bemerkungen; Kommentar; Anfrage; Votre message; Commentaire; Commentaires; Demande;
        Mensaje; Tu mensaje; Comentario; Comentarios; Consulta; Notas; お問い合わせ内容; 備考; 备注; 留言; 비고; Комментарий; Uwagi
    """,
    "company_website": """
        Company website; Company website URL; Website; Website URL; Your website; Company URL; Homepage; URL; Web;
        Webseite; Internetseite; Site web; Site internet; Página web; Sitio web; Company domain;
        Associated company domain
    """,
    "linkedin_url": "LinkedIn URL; LinkedIn; LinkedIn profile; LinkedIn profile URL; Company LinkedIn",
    "company_revenue": """
        Company revenue; Revenue; Annual revenue; Annual turnover; Turnover; Umsatz; Jahresumsatz; Chiffre d'affaires;
        Facturación; Ingresos anuales
    """,
    "source": "Source; Lead source; Original source",
    "utm_source": "utm_source",
    "utm_medium": "utm_medium",
    "utm_campaign": "utm_campaign",
}

# Parts of a longer question ("What is your e-mail?"). Weaker than any label above, and only where the answer looks right.
PARTS: dict[str, str] = {
    "email": "email; Mailadresse; courriel; correo",
    "phone": "phone; Telefon; mobile number; Handynummer",
    "company_size": "employee; company size; team size; headcount; Mitarbeiter; effectif; empleados",
    "linkedin_url": "LinkedIn",
    "company_website": "website; Webseite; site web; sitio web",
}
