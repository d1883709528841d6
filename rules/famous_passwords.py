"""What the most common passwords are made of: words, not whole passwords, as people vary the rest in known ways.

`Password1!`, `p4ssw0rd2024` and `dragon_football99` are nothing but such words once digits, symbols and letters that
stand for others are taken away. Compiled by hand from what published lists of leaked passwords have in common.
"""

from __future__ import annotations

import re

_WORDS = """
password passwort passwd pass motdepasse contrasena senha parola haslo wachtwoord salasana losenord parool heslo lozinka
sifre parolamea qwerty qwertz azerty qwertyuiop qwert asdfgh asdfghjkl asdf zxcvbn zxcvbnm qazwsx qazwsxedc wsx edc
qweasd qweasdzxc wasd abc abcd abcde abcdef abcdefg abcdefgh xyz aaaa xxxx zzzz letmein welcome willkommen bienvenue
bienvenido hello hallo bonjour hola ciao salut login logon signin admin administrator administrador root user username
guest test testing tester demo default changeme change secret geheim topsecret private master access system server
computer internet network windows linux android google facebook instagram twitter youtube yahoo gmail hotmail outlook
microsoft apple samsung nokia amazon paypal netflix linkedin myspace tiktok snapchat whatsapp minecraft fortnite roblox
pokemon pikachu charizard nintendo playstation xbox gamer gaming games game player killer ninja samurai shadow dragon
dragonball naruto sasuke goku batman superman spiderman ironman captain hulk wolverine joker starwars skywalker vader
matrix trustno trustnoone iloveyou iloveu loveyou lovely love lover loveme loveyoumore iloveme jetaime teamo tequiero
ichliebedich tiamo princess prinzessin princesa prince queen king kingdom angel angels angelo heaven devil diablo
monkey tiger tigger lion bear panda puppy kitten kitty hellokitty dog doggy cat mouse horse rabbit bunny dolphin
butterfly flower flowers rose lily daisy sunflower cherry banana orange cookie cookies chocolate cheese pepper ginger
butter coffee pizza hamburger cupcake candy sugar honey sweet sweetie sweetheart baby babygirl babyboy darling
football soccer baseball basketball hockey tennis golf golfer cricket rugby volleyball liverpool chelsea arsenal
manchester manutd united barcelona barca realmadrid madrid juventus milan inter bayern dortmund ajax benfica lakers
yankees cowboys steelers packers eagles patriots redsox dodgers giants rangers ranger hunter hunting fishing fisher
mustang corvette ferrari porsche mercedes yamaha harley toyota honda nissan chevy camaro jaguar bmw audi
summer sommer winter spring autumn herbst fruhling january february march april may june july august september october
november december monday tuesday wednesday thursday friday saturday sunday sunshine sun moon star stars rainbow storm
thunder lightning phoenix diamond silver golden gold purple yellow green blue red black white pink
michael jordan jennifer jessica ashley michelle daniel david robert william james john joshua matthew andrew thomas
charlie george harry alexander alex anthony nicole amanda samantha elizabeth hannah sarah stephanie melissa maria anna
laura andrea martin peter stefan tobias christian sebastian jonathan brandon justin tyler austin taylor jackson maggie
buster bailey max buddy cooper rocky lucky sammy molly sophie oliver jasper simba nemo mickey minnie donald
america american canada england london paris berlin germany france spain italia italy brasil brazil mexico argentina
india pakistan turkey turkiye istanbul moscow russia poland polska china japan newyork chicago texas dallas california
jesus christ jesuschrist god godisgood blessed blessing faith hope grace amen allah bismillah muhammad krishna
freedom liberty peace happy happiness smile forever friend friends friendship family mother father mama papa mommy
daddy sister brother husband wife children money dollar million business company office work school student teacher
college university soldier marine army navy police doctor nurse fire fireman pilot engineer
metallica nirvana slipknot eminem beatles elvis guitar music musica rock rocknroll rockstar hiphop dance dancer
magic wizard merlin gandalf frodo hogwarts harrypotter legend legendary warrior knight viking pirate cowboy zombie
whatever nothing something anything nopassword blink blank fuck fuckyou fuckoff shit asshole bitch sexy sex hot hottie
cool awesome super superstar star perfect beautiful pretty cute crazy funny jumbo mega ultra power energy turbo
snoopy garfield scooby tweety winnie pooh stitch barbie disney mario luigi sonic zelda kirby
apollo zeus athena venus mercury jupiter saturn neptune pluto mars galaxy universe space rocket
correcthorsebatterystaple letmeinplease thisismypassword iamthebest nevergonnagiveyouup nevergonnagiveyou opensesame
monkeybusiness hakunamatata livelaughlove starwarsfan mypassword yourpassword newpassword oldpassword
booking bookings appointment appointments calendar calendera kalender agenda salon reception frontdesk
"""
WORDS = frozenset(_WORDS.split())

_STANDS_FOR = str.maketrans({
    "0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "9": "g", "@": "a", "$": "s", "!": "i",
    "|": "l", "+": "t", "(": "c", "€": "e", "£": "l",
})  # fmt: skip
_NO_LETTERS = re.compile(r"[\W\d_]")
_MOST_AROUND = 8  # more digits and symbols than that are something by themselves
_SHORTEST = min(map(len, WORDS))
_LONGEST = max(map(len, WORDS))
_MOST_WORDS = 2
_LEAST_LEFT = 4  # letters beside the words that make a password somebody's own


def is_famous(plain: str) -> bool:
    """Whether a password (lower case) is at most two of the words, with digits and symbols around or for letters."""
    if len(_NO_LETTERS.findall(plain.replace(" ", ""))) > _MOST_AROUND:
        return False
    spelled = plain.strip("0123456789!$.?*#@_-").translate(_STANDS_FOR)
    return any(_is_made_of_words(_NO_LETTERS.sub("", reading)) for reading in (plain, spelled))


def _is_made_of_words(letters: str) -> bool:
    words, left = 0, letters
    for word in sorted(_inside(letters), key=len, reverse=True):
        if word in left:
            left = left.replace(word, " ")
            words += 1
    rest = len(left.replace(" ", ""))
    return 0 < words <= _MOST_WORDS and rest < _LEAST_LEFT


def _inside(letters: str) -> set[str]:
    short = letters[:64]
    ends = range(_SHORTEST, _LONGEST + 1)
    return {part for at in range(len(short)) for size in ends if (part := short[at : at + size]) in WORDS}
