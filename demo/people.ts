import { Random } from "./random.ts";

/** An owner as he gave his data. Invented: example domains, and phone numbers kept for fiction. */
export interface DemoOwner {
  /** His number in the demo, from 0; organisations come first. */
  number: number;
  kind: "PERSON" | "ORGANISATION";
  country: string;
  /** The token subject of those who sign in by themselves. */
  subject: string | null;
  displayName: string;
  email: string;
  phone: string | null;
  address: string;
}

interface Country {
  code: string;
  /** A range that the country's regulator keeps for films and examples; digits follow. */
  phone: string;
  phoneDigits: number;
  givenNames: readonly string[];
  familyNames: readonly string[];
  streets: readonly string[];
  towns: readonly string[];
  companyForm: string;
}

const COUNTRIES: readonly Country[] = [
  {
    code: "DE",
    phone: "+49 30 23125",
    phoneDigits: 3,
    givenNames: ["Anneke", "Bernd", "Clara", "Dieter", "Elif", "Frieda", "Jonas", "Meike"],
    familyNames: ["Ahrens", "Brandl", "Cordes", "Dietl", "Eickhoff", "Funke", "Güler", "Harms"],
    streets: ["Am Alten Wehr", "Birkenstieg", "Lindenzeile", "Zur Kornmühle"],
    towns: ["Altenrode", "Birkfelde", "Niederholz"],
    companyForm: "GmbH",
  },
  {
    code: "FR",
    phone: "+33 1 99 00 ",
    phoneDigits: 4,
    givenNames: ["Adèle", "Bastien", "Chloé", "Damien", "Inès", "Hugo", "Maëlle", "Yanis"],
    familyNames: ["Aubry", "Besnard", "Carlier", "Delmas", "Ferrand", "Guyot", "Lacroix"],
    streets: ["rue du Moulin Vert", "allée des Tilleuls", "chemin du Lavoir"],
    towns: ["Saint-Orens-le-Pré", "Valbrune", "Montclairet"],
    companyForm: "SARL",
  },
  {
    code: "GB",
    phone: "+44 1632 960",
    phoneDigits: 3,
    givenNames: ["Alice", "Benedict", "Cerys", "Duncan", "Esther", "Farah", "Gareth", "Isla"],
    familyNames: ["Ashdown", "Blackwood", "Chaudhry", "Drummond", "Ellery", "Fairfax", "Garrick"],
    streets: ["Orchard Row", "Mill Bank", "Church End"],
    towns: ["Little Harrow", "Ashbourne Magna", "Eastwick"],
    companyForm: "Ltd",
  },
  {
    code: "SE",
    phone: "+46 8 465 004 ",
    phoneDigits: 2,
    givenNames: ["Agnes", "Björn", "Disa", "Elias", "Freja", "Gustav", "Hedvig", "Nils"],
    familyNames: ["Almgren", "Bergvall", "Cederlund", "Dahlin", "Ekblad", "Forsell", "Åkesson"],
    streets: ["Björkstigen", "Kvarnbacken", "Sjövägen"],
    towns: ["Norrvik", "Ekeby Strand", "Lillmo"],
    companyForm: "AB",
  },
  {
    code: "US",
    phone: "+1 202-555-01",
    phoneDigits: 2,
    givenNames: ["Amara", "Brandon", "Cecilia", "Devon", "Elena", "Frank", "Grace", "Hector"],
    familyNames: ["Abbott", "Baxter", "Castillo", "Donnelly", "Ellison", "Fowler", "Nguyen"],
    streets: ["Cedar Ridge Rd", "Old Mill Ln", "Prairie Ave"],
    towns: ["Cedar Bluff", "Fairhollow", "New Ashton"],
    companyForm: "Inc.",
  },
  {
    code: "AU",
    phone: "+61 2 5550 ",
    phoneDigits: 4,
    givenNames: ["Archie", "Bronte", "Callum", "Daisy", "Ewan", "Georgia", "Heath", "Indira"],
    familyNames: ["Armitage", "Boyle", "Cartwright", "Doolan", "Everett", "Fenwick", "Tran"],
    streets: ["Banksia Cres", "Wattle St", "Jetty Rd"],
    towns: ["Port Harcombe", "Wirrabay", "Mount Elder"],
    companyForm: "Pty Ltd",
  },
];

const TRADES = ["Klima", "Comfort", "Housing", "Heating", "Facility", "Hotels", "Care"];
const MAIL_DOMAINS = ["example.com", "example.net", "example.org"];

/** Tells who owner number n is. */
export class People {
  private readonly random: Random;

  constructor(
    seed: string,
    /** Owners with lower numbers are organisations. */
    readonly organisations: number,
  ) {
    this.random = new Random(seed, "people");
  }

  of(number: number): DemoOwner {
    const random = this.random.startAt(number);
    const country = random.pick(COUNTRIES);
    const given = random.pick(country.givenNames);
    const family = random.pick(country.familyNames);
    const isOrganisation = number < this.organisations;
    const company = `${family} ${random.pick(TRADES)} ${country.companyForm}`;
    const signsIn = random.chance(0.7);
    return {
      number,
      kind: isOrganisation ? "ORGANISATION" : "PERSON",
      country: country.code,
      subject: signsIn ? `owner-${number + 1}` : null,
      displayName: isOrganisation ? company : `${given} ${family}`,
      email: `${latin(given)}.${latin(family)}.${number + 1}@${random.pick(MAIL_DOMAINS)}`,
      phone: random.chance(0.8) ? `${country.phone}${digits(random, country.phoneDigits)}` : null,
      address: `${random.pick(country.streets)} ${random.between(1, 99)}, ${random.pick(country.towns)}`,
    };
  }
}

function digits(random: Random, count: number): string {
  return String(random.below(10 ** count)).padStart(count, "0");
}

function latin(name: string): string {
  return name
    .normalize("NFD")
    .replace(/[^A-Za-z]/g, "")
    .toLowerCase();
}
