package lab

// culture is a set of names that go together, with what surrounds them.
type culture struct {
	given    []name
	family   []name
	language string
	phone    string // country prefix
	country  string // ISO 3166-1 alpha-2
	city     string
	state    string
	postal   string
	street   string
}

// name is a name as its bearer writes it and in the letters of an address.
type name struct{ written, ascii string }

// cultures are the names that people are made from. They are chosen for the
// scripts, accents, apostrophes, hyphens, spaces and lengths that real
// directories hold and that servers trip over.
func cultures() []culture {
	return []culture{
		{[]name{{"Mary", "mary"}, {"James", "james"}, {"Olivia", "olivia"}, {"Noah", "noah"}, {"Grace", "grace"}},
			[]name{{"Smith", "smith"}, {"Johnson", "johnson"}, {"Baker-Jones", "baker-jones"}, {"Lee", "lee"}, {"Wright", "wright"}},
			"en-US", "+1 206 555 ", "US", "Seattle", "WA", "98101", "1200 Fifth Avenue"},
		{[]name{{"Siobhán", "siobhan"}, {"Conor", "conor"}, {"Niamh", "niamh"}, {"Seán", "sean"}},
			[]name{{"O'Neill", "oneill"}, {"O’Brien", "obrien"}, {"Mac Giolla Phádraig", "macgiollaphadraig"}, {"Byrne", "byrne"}},
			"en-IE", "+353 1 555 ", "IE", "Baile Átha Cliath", "Leinster", "D02 X285", "12 Sráid Uí Chonaill"},
		{[]name{{"Åsa", "asa"}, {"Björn", "bjorn"}, {"Märta", "marta"}, {"Örjan", "orjan"}},
			[]name{{"Lindström", "lindstrom"}, {"Åkesson", "akesson"}, {"Sjögren", "sjogren"}, {"Öberg", "oberg"}},
			"sv-SE", "+46 8 555 ", "SE", "Göteborg", "Västra Götaland", "411 04", "Östra Hamngatan 5"},
		{[]name{{"Jürgen", "juergen"}, {"Käthe", "kaethe"}, {"Lukas", "lukas"}, {"Zoë", "zoe"}},
			[]name{{"Müller", "mueller"}, {"Groß", "gross"}, {"von der Heydt-Königswinter", "vonderheydt"}, {"Weiß", "weiss"}, {"Schröder", "schroeder"}},
			"de-DE", "+49 89 555 ", "DE", "München", "Bayern", "80331", "Straße der Künste 7"},
		{[]name{{"José", "jose"}, {"María Fernanda", "mariafernanda"}, {"Íñigo", "inigo"}, {"Nuria", "nuria"}},
			[]name{{"García", "garcia"}, {"Núñez de Balboa", "nunezdebalboa"}, {"Ibáñez", "ibanez"}, {"Peña", "pena"}},
			"es-ES", "+34 91 555 ", "ES", "Alcalá de Henares", "Madrid", "28801", "Calle de los Caños 3"},
		{[]name{{"François", "francois"}, {"Anaïs", "anais"}, {"Hélène", "helene"}, {"Jean-Noël", "jean-noel"}},
			[]name{{"D'Alembert", "dalembert"}, {"Lefèvre", "lefevre"}, {"Œuvrard", "oeuvrard"}, {"Le Goff", "legoff"}},
			"fr-FR", "+33 1 55 55 ", "FR", "Neuilly-sur-Seine", "Île-de-France", "92200", "8 rue de l'Église"},
		{[]name{{"伟", "wei"}, {"秀英", "xiuying"}, {"娜", "na"}, {"子轩", "zixuan"}},
			[]name{{"李", "li"}, {"王", "wang"}, {"张", "zhang"}, {"欧阳", "ouyang"}},
			"zh-CN", "+86 10 5555 ", "CN", "北京", "北京市", "100006", "东城区王府井大街 1 号"},
		{[]name{{"さくら", "sakura"}, {"健太", "kenta"}, {"ゆき", "yuki"}},
			[]name{{"佐藤", "sato"}, {"髙橋", "takahashi"}, {"渡邉", "watanabe"}},
			"ja-JP", "+81 3 5555 ", "JP", "東京", "東京都", "100-0005", "千代田区丸の内 1-9-1"},
		{[]name{{"محمد", "mohammed"}, {"فاطمة", "fatima"}, {"ليلى", "layla"}},
			[]name{{"العربي", "alarabi"}, {"بن يوسف", "benyoussef"}, {"حداد", "haddad"}},
			"ar-MA", "+212 5 22 55 ", "MA", "الدار البيضاء", "", "20250", "شارع محمد الخامس 14"},
		{[]name{{"Дмитрий", "dmitriy"}, {"Ольга", "olga"}, {"Наталія", "natalia"}},
			[]name{{"Кузнецов", "kuznetsov"}, {"Шевченко", "shevchenko"}, {"Щербакова", "shcherbakova"}},
			"uk-UA", "+380 44 555 ", "UA", "Київ", "", "01001", "вул. Хрещатик, 22"},
		{[]name{{"Łukasz", "lukasz"}, {"Żaneta", "zaneta"}, {"Małgorzata", "malgorzata"}},
			[]name{{"Wójcik", "wojcik"}, {"Brzęczyszczykiewicz", "brzeczyszczykiewicz"}, {"Świątek", "swiatek"}},
			"pl-PL", "+48 22 555 ", "PL", "Łódź", "łódzkie", "90-001", "ul. Piotrkowska 100"},
		{[]name{{"Nguyễn Thị", "nguyenthi"}, {"Aarav", "aarav"}, {"Lakshmi", "lakshmi"}, {"İpek", "ipek"}},
			[]name{{"Phạm", "pham"}, {"Venkatanarasimharajuvaripeta", "venkatanarasimharajuvaripeta"}, {"Yılmaz", "yilmaz"}, {"Ng", "ng"}},
			"en-IN", "+91 80 5555 ", "IN", "Bengaluru", "Karnataka", "560001", "4, MG Road (2nd floor)"},
		{[]name{{"Ελένη", "eleni"}, {"Γιώργος", "giorgos"}, {"Χρυσάνθη", "chrysanthi"}},
			[]name{{"Παπαδόπουλος", "papadopoulos"}, {"Αγγελοπούλου", "angelopoulou"}, {"Ζαΐμης", "zaimis"}},
			"el-GR", "+30 21 0555 ", "GR", "Αθήνα", "Αττική", "105 57", "Οδός Ερμού 12"},
		{[]name{{"נועה", "noa"}, {"יוסף", "yosef"}, {"שירה־לי", "shira-lee"}},
			[]name{{"כהן", "cohen"}, {"בן־דוד", "ben-david"}, {"ז'בוטינסקי", "jabotinsky"}},
			"he-IL", "+972 3 555 ", "IL", "תל אביב־יפו", "", "6158001", "רחוב אלנבי 99"},
		{[]name{{"서연", "seoyeon"}, {"민준", "minjun"}, {"하늘", "haneul"}},
			[]name{{"김", "kim"}, {"이", "lee"}, {"남궁", "namgung"}},
			"ko-KR", "+82 2 5555 ", "KR", "서울특별시", "", "04524", "중구 세종대로 110"},
		// One name is a whole name.
		{[]name{{"Suryadi", "suryadi"}, {"Kartika", "kartika"}, {"Wahyuningsih", "wahyuningsih"}},
			[]name{{"", ""}},
			"id-ID", "+62 21 555 ", "ID", "Yogyakarta", "DI Yogyakarta", "55122", "Jl. Malioboro No. 56"},
		// Long ones, and a mark that no keyboard has.
		{[]name{{"Maria Aparecida do Perpétuo Socorro", "maria.aparecida"}, {"Francisco de Assis", "francisco.assis"}, {"Kealiʻi", "kealii"}},
			[]name{{"de Albuquerque Cavalcanti e Vasconcellos Montenegro", "albuquerque-cavalcanti-vasconcellos"}, {"dos Santos", "santos"}, {"Kaʻōpūiki-Kalanianaʻole", "kaopuiki"}},
			"pt-BR", "+55 71 5555 ", "BR", "Vitória da Conquista", "Bahia", "45000-907", "Praça Joaquim Correia, 55"},
		{[]name{{"ศรีสุดา", "srisuda"}, {"लक्ष्मी", "laxmi"}, {"Gjyljeta", "gjyljeta"}},
			[]name{{"วงศ์สุวรรณ", "wongsuwan"}, {"शर्मा", "sharma"}, {"Çelaj", "celaj"}},
			"th-TH", "+66 2 555 ", "TH", "กรุงเทพมหานคร", "", "10200", "ถนนราชดำเนินกลาง 12"},
	}
}

// departments pairs a department with titles that people there hold.
func departments() []struct {
	name   string
	titles []string
} {
	return []struct {
		name   string
		titles []string
	}{
		{"Engineering", []string{"Software Engineer", "Senior Engineer", "Engineering Manager", "Site Reliability Engineer"}},
		{"Research & Development", []string{"Scientist", "Lab Technician", "Head of R&D"}},
		{"Sales", []string{"Account Executive", "Sales Engineer", "VP, Sales (EMEA)"}},
		{"Finance", []string{"Controller", "Accountant", "Chief Financial Officer"}},
		{"People", []string{"Recruiter", "HR Business Partner"}},
		{"Facilities", []string{"Caretaker", "Night guard", "Façade cleaner"}},
		{"Marketing", []string{"Designer", "Copywriter", `"Growth" Lead`}},
	}
}

// groupNames are the names the first groups get; further ones are numbered.
func groupNames() []string {
	return []string{
		"All employees", "Engineering", "Sales – EMEA", "Finance & Controlling", "営業部", "Projekt Übersee",
		`The "Core" Team`, "Backup operators", "Équipe Montréal", "R&D (Zürich)", "Night shift", "Managers",
		"Contractors \\ external", "Works council", "Łódź office", "Legal", "Release captains", "Data protection",
		"Onboarding 2026", "Field service", "مكتب الدار البيضاء", "Security", "Product design", "Support tier 2",
		"Ομάδα πωλήσεων", "צוות שטח", "영업팀", "Ночная смена", "café & bar", "Team/With/Slashes",
	}
}
