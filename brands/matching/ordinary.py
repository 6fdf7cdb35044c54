"""Ordinary English words that are also names of brands: in lower case they name nothing.

There is no dictionary here. The list is short and written by hand (everyday words, and words that companies like to
take as a name); the opinion words of VADER's lexicon are added to it, and their simple inflections count too.
"""

import re
from functools import lru_cache

from brands.lexicon import vader_valences
from brands.word_list import word_list

_WORDS = word_list(
    """
    a able about above absolute accent access account ace acid acorn across act action active actually add admiral
    adult advance advantage advice affirm after again against age agency agent ago ahead aid aim air alarm album
    alert all alley alliance ally almost alone along alpha already also altitude always amazing amber amount anchor
    and angel angle animal another answer anthem antique any anyone anything apart apartment apex app appetizer
    apple apply april apron aqua arc arcade arch archer archive are area arena argue arm army around arrow art
    article as ascent ash aside ask aspect aspen asset assist asterisk at atlas atmosphere atom attack attic august
    aura author auto autumn avenue average avocado away axe axis babe baby back backbone background backpack bad bag
    baggage bakery balance ball bamboo banana band bank banner bar barber bare bark barn barrel base baseline basic
    basil basis basket batch bath battery bay be beach beacon beam bean bear beat beautiful beauty became because
    become bed bee beef beer before began begin behind being bell below belt bench bend benefit berry best beta
    better between beyond bible big bike bill billion binder bird birth birthday biscuit bishop bistro bit bite
    black blade blank blanket blast blaze blend blind blink bliss block blog blood bloom blossom blouse blow blue
    blunt board boat body bold bolt bond bone bonito bonus book boom boost boot border born boss both bottle bottom
    boulder bounce bounty boutique bow bowl box boy boyfriend brain brake branch brand brass brave bravo bread break
    breakfast breath breeze brew brick bridge brief bright bring broad broke brook brother brown brownie browse
    browser brunch brush bubble bucket buckle bud buddy budget buffalo build building bull bullet bump bunch bundle
    bunny burger burn burrito burst bus bush business busy but butcher butter butterfly button buy buzz by bye cab
    cabin cabinet cable cactus cadet cafe cake call calm came camel camera camp campaign campus can canal canary
    candid candle candy cannon canopy canvas canyon cap capital captain car caramel caravan caravel carbon card
    cardinal care career cargo carpet carrot carry cart case cash cashmere casino cask cast castle casual cat catch
    cathedral cause cavalier cave cedar cell cello census center central century ceramic certain chain chair chalk
    challenge champion chance change channel chapter charge chariot charm chart charter chase chat cheap check cheer
    cheese cheetah chef cherry chest chestnut chew chicken chief child chili chill chime chip chocolate choice
    choose chop chopsticks chorus chrome chunk church cider cigar cinema cinnamon circle circuit citizen citrus city
    claim clash class classic classy clay clean clear clerk click cliff climb clip clock close cloth cloud clover
    club clue cluster coach coal coast coat cobra coconut code coffee coin cold collar collect college color colour
    column comb come comedy comet comfort comic common compass complete compound concept concert condition conduct
    cone congress connect console constant contact container content contour control convoy cook cookie cool copper
    copy coral core cork corn corner cosmos cost cottage cotton couch cougar could count country couple coupon
    courage course court cove cover cow cowboy coyote cozy crab cradle craft crane crash crate crayon crazy cream
    create credit creek crest crew crimson crisp critic crop cross crowd crowded crown cruise crumb crush crust
    crystal cub cube cup cupboard curator curb cure curious current curry curve cushion custom cut cycle dad dagger
    daily dairy daisy dance dandy danger dare dark dart dash data date dawn day deal dear debt decade decent deck
    deep deer defender degree delight deliver delta deluxe den denim density depth deputy desert design desk dessert
    detail dial dialogue diamond diary did diesel diet different dig digit dim dime diner dinner diplomat direct
    dirty discourse discover discovery dish disk distance diva dive diverse divide do dock doctor dodge does dog
    doll dollar dolphin domain dome domino done donkey doodle door dorm dose dot double dough dove down dozen draft
    dragon drain drama draw dream dress drift drill drink drip drive drop drum dry dub duchess duck due dune dust
    duty dwell dynamo dynasty eagle ear early earn earth ease east easy eat echo eclipse economy edge editor effect
    egg eight either elbow elder electric elegant element elementary elephant elevate eleven elite elk elm else
    ember emerald empire empower empty enclave encore end endeavor energy engine enigma enjoy enough enter
    enterprise entire entree envoy envy epic episode equal equinox equity era escape essence essential etc even
    evening event ever every everyone evolve exact example excel exchange exit exotic expand expect expert explore
    explorer express extend extra eye fab fable fabric face fact factor fair faith falcon fall fame family fan fancy
    fandom far farm fashion fast father fathom feast feather feature feed feel fellow fence fern ferry festival few
    fiber fiction fiddle field fifth fig fight figure file fill film filter final find fine finger fire first fish
    fit five fix flag flame flannel flash flask flat flavor fleet flex flight flint flip float flock flood floor
    flour flow flower fluid flute fly foam focal focus fog fold folk follow food foot for force forest forever forge
    fork form format fort fortune forum forward fossil found foundation founder fountain four fox fragile fragrance
    frame free freedom freight french frenzy fresco fresh friday friend friendly frog from front frontier frost
    fruit fudge fuel full fun function fund fur fuse fusion futon future gadget gain galaxy gallery gallon galore
    game gap garage garden garlic gas gate gather gauge gave gaze gazelle gear gem general generation genesis genius
    genre gentle genuine get geyser ghost giant gift gin ginger girl girlfriend give glacier glad glass glaze glide
    glimpse global globe glory gloss glossy glove glow glue go goal goat gold golden good goose got gourmet governor
    grab grace grade graduate grain grand granite grant grape graph grass gravity gravy great green greet grey grid
    grill grip grit grizzly grocery groove ground group grove grow growth guard guardian guess guest guide guitar
    gulf gum gun guru gusto gym gypsy habit habitat had hail hair half hall halo hammer hammock hand handful handle
    handy hang happy harbor hard harmony harvest has hat hatch hatchet have haven hawk hay haze hazel he head health
    hear heart hearth heat heaven heavy hedge height helix hello helm help hen her herald here heritage hermit hero
    hey hi hickory hidden high highland highway hill him hint hip hippo his history hit hive hobby hold hole holiday
    hollow holly holy home honest honey honor hook hop hope horizon horn horse hospital host hot hotel hound hour
    house how hub hug huge human humble humor hunger hunt hurry husband husky hustle hybrid hydro i ice icicle icon
    idea ideal identity if image imagine impact impala imperial impulse in inch incredible index indie indigo
    inferno infinity influence ink inn inner input inside insider insight inspire instant institute insurance
    intelligence interest into iris iron island isle it its ivory ivy jacket jackpot jade jaguar jam jar jargon
    jasmine jasper java jaw jazz jet jewel jigsaw job join joint joke jolly journal journey joy jubilee judge juice
    july jumbo jump jumper junction june jungle junior juniper jury just justice karma kayak keen keep kernel
    ketchup kettle key kick kid kin kind kindle king kingdom kiss kit kitchen kite knee knife knight knit knot know
    known label labor lace ladder lady lagoon lake lamb lamp lance land landmark lane language lantern lap larder
    large laser last latch late later lather latitude latte launch laurel lava lavender lavish law lawn lawyer layer
    lazy lead leaf league leap learn lease leather leave led ledge ledger left leg legacy legal legend lemon lens
    leopard less lesson let letter lettuce level lever levy liberty library lick lid life lifestyle lift light
    lighthouse like lilac lily limbo lime limit limo line linear linen linger link lion lip liquid list listen
    little live llama load loaf loan lobby local lock locker locket lodge loft logic long look loom loop loose lord
    loss lot lotus loud lounge love low loyal lucid luck lucky lumber lunar lunch lush luxury lynx lyric macaroni
    machine mad made maestro magazine magic magma magnet magnolia magnum mahogany mail main major make mall mammoth
    man manage mango manner manor manpower mantra manual many map maple marathon marble march margin marina marine
    mariner mark market marsh martini marvel mascot mask mass mast master match mate material matrix matter maverick
    max maxim may maybe mayor maze me meadow meal mean measure meat medal media medium medley meet mellow melody
    melon member memory men mention mentor menu merchant mercury merge merit message met metal meteor meter method
    metro mid middle midnight might mighty mile milestone milk mill million mind mine mini mint minute miracle
    mirage mirror miss mission mist mix mobile mocha mode model modern module molecule mom moment momentum monarch
    monday money monitor monkey monsoon month mood moon moose more morning mortar mosaic moss most mother motion
    motive motor mount mountain mouse mouth move movie much mud mug mule mural muse museum mushroom music musket
    muslin must mustache mustang mustard my mystery myth nail naked name nano nation national nationwide native
    natural nature navigator navy near neat nebula neck nectar need needle neighbor neither neon nerd nerve nest net
    network never new news next nice niche nickel night nimble nine nitro no noble nod noise noisy nomad none noodle
    noon nor normal north nose not note nothing notion nougat nova novel november now nuance nude nugget number
    nurse nut nutmeg nutrition oak oar oasis oat oath object ocean october octopus odd odyssey of off offer office
    officer often oil okay old olive olympic omega omelet on once one onion only onto onyx opal open opera opinion
    optimal option opus or oracle orange orbit orca orchard orchid order ore organic origami origin original ostrich
    other otter ounce our out outback outdoor outer outfit outlaw outlook outpost oval oven over overture owl own ox
    oxygen oyster pace pack package pact paddle paddock page pageant paint pair palace pale palette palm pan panda
    panel panic panther pantry paper parachute parade paradise paragon parallel parcel park parrot part partner
    party pass passage passion passport past pasta paste pastel pastry patch path patio patriot pattern pause pave
    pavilion pay peace peach peak peanut pear pearl pebble pedal peer pen pencil penguin penny people pepper per
    perch perfect perform perk person persona personal pet petal petite phantom phase phoenix phone photo piano pick
    pickle picnic piece pier pig pigeon pilgrim pillar pillow pilot pin pine pink pinnacle pint pioneer pipe pirate
    piston pit pitch pixel pizza place plain plan plane planet plank plant plasma plate plateau platform play player
    plaza please pledge plenty plot plow plug plum plume plus plush pocket pod poem poet poetry point poison polar
    pole police polish poll polo poncho pond pool pop popcorn poppy porcelain porch port portal portion portrait
    posh position positive post postal pot potato pouch pound pour powder power practice prairie praline precious
    prelude premier premium present president press prestige pretty pretzel price pride primal primary prime prince
    princess principal print priority prism private prize pro process produce product profile profit progress
    project promise proof proper prospect protect proton proud provide proxy prune public pudding pull pulse puma
    pump pumpkin punch punk pupil puppy purchase pure purple purpose push put puzzle pyramid python quaint quality
    quantum quarantine quarry quarter quartet quartz queen query quest question quick quiet quill quilt quince
    quiver quote rabbit raccoon race rack radar radiant radio radish radius raft rage rail rain rainbow raise raisin
    rally ram ramble ramen rampage ranch random range ranger ransom rapid rare raspberry rate raven raw ray razor
    reach read ready real realm reason rebel rebus recess recipe record recruit red redwood reed reef reel refresh
    refuge regal regent region regular relax relay release relief remark remedy remnant remote render rendezvous
    renegade renew rent repeat replica report reptile rescue research reserve reset resin resort resource rest
    restaurant result retreat retro return reveal revel revenue reverse revolution rhino rhythm rib ribbon rice rich
    riddle ride ridge rift right ring riot rip ripple rise ritual rival river road roar roast robe robin robot
    robust rock rocket rocky rod rodeo rogue roll roller roof room roost root rope rose rosemary rotor rouge rough
    roulette round route rover row royal rubber ruby rude rug ruler rumor run runway rush rust rustic sable sack sad
    saddle safari safe saffron sage said sail saint salad salary sale salmon salon saloon salsa salt salute same
    sample sanctuary sand sandal sandwich sapphire sat satellite satin saturday saturn sauce savage savannah save
    savory savvy saxophone say scale scandal scarlet scene scent scholar school science scoop scooter scope score
    scorpion scout scratch screen script scroll sculpture sea seahorse seal search seaside season seat second secret
    section secure sedan see seed seek seem seen segment select self sell senate senator send senior sense sentinel
    sequence series serpent serve server service session set seven several shack shade shadow shake shaman shampoo
    shape share shark sharp she shed sheep sheet shelf shell shelter shepherd shield shift shine ship shirt shiver
    shock shoe shop shore short shot should shoulder show showcase shower shrimp shrub shuffle shut shuttle sick
    side sierra siesta sigma sign signal signature silence silent silhouette silk silly silver simple simply since
    sing single sip siren sister sit site six size skate sketch ski skill skillet skin skip skull sky slack slalom
    slam slang slate sleek sleep sleeve slice slide slim slip slogan slope sloth slow small smart smile smith smoke
    smooth snack snail snake snap snooze snow snug so soap soar social society sock socket soda sofa soft soil
    solace solar sold soldier sole solid solo solution some son song sonic sonnet soon sorbet soul sound soup source
    south spa space spade spaghetti span spar spark sparrow spatula speak special specialized spectrum speech speed
    speedy spell spend sphere sphinx spice spider spin spinach spiral spirit splash splendid sponge spoon sport spot
    spray spread spring sprint sprout spruce spur square squash squirrel stable stack stadium staff stage stake
    stallion stamp stampede stand standard stanza staple star stare start state station status stay steady steak
    steam steel stellar stem step stereo stew stick sticky still sting stitch stock stoic stone stool stop storage
    store storm story stout straight strand strategy straw strawberry stream street strength stretch strike string
    strip stripe stroke strong structure student studio study stuff style subdue subject sublime suburb subway
    success such sugar suit suite sultan sum summer summit sumo sun sundae sunday sunny sunrise sunset super supply
    support supreme sure surf surface surge surgeon surprise sushi sustain swallow swamp swan swap sweep sweet swift
    swim swing swirl switch sword sycamore symbol symphony syndicate syrup system tab table tablet tag tail tailor
    take tale talent talk tall tandem tang tangerine tango tank tap tape tapestry target tariff task taste tasty
    tavern tax taxi tea teach team teapot tech teen telegraph tell template temple tempo ten tender tenor tent term
    terra terrace terrier test text texture than thank that the theater them theme then theory there thermal these
    they thick thin thing think third this thistle thought thousand thread three thrift thrive throne through
    thunder thursday thyme tiara ticket tide tie tiger tight tile till timber time tin tiny tip tire titan titanium
    title to toast today toffee together token tomato tomorrow ton tone tonic too took tool tooth top topaz topic
    torch tornado torpedo total toucan touch tour toward tower town toy tracer track tractor trade trail train
    transfer transit trapeze travel tray treasure treat treaty tree trek trellis trend trial tribe tribune trick
    trident trinity trio trip triumph troop trophy tropic true truffle trumpet trunk trust truth try tube tuesday
    tulip tumble tuna tundra tune tunnel turbo turf turn turquoise turtle tuxedo twelve twice twig twin twist two
    tycoon type ultimate ultra umbrella umpire uncle under unicorn union unique unit united unity universal universe
    unleash until up upper upright ups uptown urban us use usual utility utopia vacuum valet valley value valve
    vampire van vandal vanguard vanilla vapor vault vector vega vegetable velocity velvet vent venture venue veranda
    verb verge version very vest veto via vibe victor victory video view villa village vine vintage violet viper
    virgin virtual virtue visa viscount visible vision visit vista vital vivid vocal voice void volt volume vote
    voter voucher vow voyage vulture wafer waffle wage wagon wait waiter waitress walk wall wallet walnut walrus
    waltz wander want war warden warehouse warm warp warrior was wash wasp watch water wave wax way we wealth wear
    weather weave web wedding wedge wednesday week weekend weight welcome well west whale wharf what wheat wheel
    when where which while whip whirlpool whiskey whisper white who whole why wide widget wife wild wildcat will
    willow win wind window wine wing winner winter wire wisdom wise wish wit with wizard wolf woman wombat wonder
    wonderful wood wool word work worker world worm worth would wow wrap wren write wrong yacht yard yarn yeah year
    yellow yes yesterday yet yield yoga yoke you young your youth zebra zen zenith zephyr zero zest zigzag zinc zone
    zoo zoom
    """
)
_ENDINGS = (
    ("ies", "y"),
    ("ied", "y"),
    ("es", ""),
    ("s", ""),
    ("ed", "e"),
    ("ed", ""),
    ("ing", "e"),
    ("ing", ""),
    ("ly", ""),
)
_MORE_ENDINGS = (("er", "e"), ("er", ""), ("est", "e"), ("est", ""))


# Endings of English nouns and adjectives that names of brands hardly ever have.
_SHAPE = re.compile(
    r".{3,}(?:tion|sion|ness|ity|ary|ory|ance|onal|ical|ial|ural|onic|ous|ful|less|tive|sive|ism|ship|hood|cracy|"
    r"[bcdfghklmnprstvw]ed|some|ward|wards|wise|day|time|way|body|thing|most)"
)


@lru_cache(maxsize=4096)
def is_ordinary(word: str, *, by_shape: bool = True) -> bool:
    """Whether a lower-case English word means something besides a brand; `by_shape`: unlisted ones by their ending."""
    if _is_listed(word) or (by_shape and _SHAPE.fullmatch(word)):
        return True
    return any(
        word.endswith(ending) and _is_stem(word.removesuffix(ending), stem) for ending, stem in _ENDINGS + _MORE_ENDINGS
    )


def _is_stem(stem: str, vowel: str) -> bool:
    if len(stem) < 3:
        return False
    doubled = stem[-1] == stem[-2]
    return _is_listed(stem + vowel) or (doubled and not vowel and _is_listed(stem[:-1]))


def _is_listed(word: str) -> bool:
    return word in _WORDS or (len(word) > 3 and word in vader_valences())  # its shorter ones are abbreviations
