package explain

// The rules of domains.
const (
	DomainName         Code = "M40"
	DomainPublicSuffix Code = "M41"
	DomainFreeMail     Code = "M42"
	DomainTaken        Code = "M43"
	DomainNoRecord     Code = "M44"
	DomainOtherRecord  Code = "M45"
	DomainNoAnswer     Code = "M46"
)

func domainRules() []Rule {
	return []Rule{
		{
			Code: DomainName, Name: "domain.name", Title: "That is not a domain",
			Mend: "Write the part behind the @ of your people's addresses: acme.example.", Source: "RFC 1035 §2.3.1",
		},
		{
			Code: DomainPublicSuffix, Name: "domain.public_suffix", Title: "Others register their own domains below this one",
			Mend: "Write the domain that you have registered, one label longer.", Source: "publicsuffix.org",
		},
		{
			Code: DomainFreeMail, Name: "domain.free_mail", Title: "Anybody can have an address in this domain",
			Mend: "Write your company's own domain. People with addresses elsewhere sign in by the workspace ID.",
		},
		{
			Code: DomainTaken, Name: "domain.taken", Title: "Another workspace has verified this domain",
			Mend: "Whoever keeps the domain's DNS removes the other workspace's record; that one loses the domain seven days later. Or ask that workspace to remove it.",
		},
		{
			Code: DomainNoRecord, Name: "domain.no_record", Title: "The DNS has no record of the domain's verification",
			Mend: "Add the TXT record that is shown beside the domain, wait until it is seen (up to an hour), and check again.", Source: "RFC 1035 §3.3.14",
		},
		{
			Code: DomainOtherRecord, Name: "domain.other_record", Title: "The domain's record holds another value",
			Mend: "Replace the value by the one that is shown beside the domain, or add it as a second record.", Source: "RFC 1035 §3.3.14",
		},
		{
			Code: DomainNoAnswer, Name: "domain.no_answer", Title: "The DNS did not answer",
			Mend: "Try again in a few minutes. If it stays so, the domain's own name servers do not answer; ask whoever keeps them.", Source: "RFC 1035 §4.1.1",
		},
	}
}
