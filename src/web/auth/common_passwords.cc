// Passwords that everybody knows: those that lead every published count of leaked ones, keyboard
// walks, names, teams and phrases.
#include <set>
#include <string_view>

#include "web/auth/password_validation.h"
#include "web/template/text.h"

namespace tt::web::auth {
namespace {

constexpr std::string_view common =
    // digits and keyboard walks
    "000000 00000000 0000000000 010203 01020304 0123456 01234567 012345678 0123456789 0987654321 "
    "101010 1010101010 102030 10203040 111111 11111111 1111111111 111222 111222333 112233 "
    "11223344 1122334455 121212 12121212 123123 12312312 123123123 123123a 123321 123321123 1234 "
    "12341234 12344321 12345 123454321 123456 1234560 1234561 12345612 123456123 1234567 12345678 "
    "123456789 1234567890 12345678910 12345678a 123456789a 1234567890a 123456789q 1234567q "
    "123456a 123456aa 123456abc 123456b 123456m 123456q 123456qwerty 123456s 123456z 1234abcd "
    "1234qwer 123654 123654789 123698745 123789 123789456 123abc 123qwe 123qwe123 123qweasd "
    "123qweasdzxc 131313 13131313 134679 1346798520 135790 13579 1357924680 142536 147147 "
    "147258 147258369 147852 147852369 1478963 159159 159357 159753 159951 1q2w3e 1q2w3e4r "
    "1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx 1qaz2wsx3edc 1qazxsw2 1qaz@wsx 1234!@#$ !@#$%^&* 202020 "
    "212121 222222 22222222 232323 246810 252525 258456 258852 321321 321321321 333333 33333333 "
    "34567890 369258147 4321 444444 44444444 456456 456789 456123 456852 515151 5201314 54321 "
    "555555 55555555 654321 654321a 666666 66666666 666999 696969 741852 741852963 753951 7654321 "
    "777777 7777777 77777777 789456 789456123 7894561230 789789 87654321 888888 88888888 951753 "
    "963852741 987654 987654321 9876543210 987987 999999 99999999 999999999 a1b2c3 a1b2c3d4 "
    "a1234567 a12345678 a123456 a123456789 aa123456 aa12345678 aaaaaa aaaaaaaa abc123 abc12345 "
    "abc123456 abcabc abcd123 abcd1234 abcdef abcdefg abcdefgh abcdefghi abc123abc asd123 asdasd "
    "asdasdasd asdf asdf1234 asdfasdf asdfg asdfgh asdfghj asdfghjk asdfghjkl asdf123 asdqwe123 "
    "azerty azerty123 azertyuiop bbbbbb bbbbbbbb dddddd ffffff fghjkl gfhjkm ghbdtn hjkl "
    "lkjhgfdsa mnbvcxz mnbvcxy nbvcxz poiuyt poiuytrewq q123456 q1w2e3 q1w2e3r4 q1w2e3r4t5 "
    "qazqaz qazwsx qazwsx123 qazwsxedc qazxsw qqqqqq qqqqqqqq qq123456 qwaszx qwe123 qweasd "
    "qweasdzxc qweqwe qweqwe123 qwer1234 qwert qwert123 qwert12345 qwerty qwerty1 qwerty12 "
    "qwerty123 qwerty1234 qwerty12345 qwerty123456 qwertyu qwertyui qwertyuiop qwertz qwertzuiop "
    "wertyuiop wwwwww xxxxxx xxxxxxxx yyyyyy zaq12wsx zaq1xsw2 zaqwsx zaqxsw zxc123 zxcasdqwe123 "
    "zxcv1234 zxcvb zxcvbn zxcvbnm zxcvbnm1 zxcvbnm123 zxczxc zzzzzz zzzzzzzz "
    // the word itself, and doors
    "access access14 admin admin1 admin12 admin123 admin1234 admin12345 admin123456 admin@123 "
    "administrator adminadmin backdoor changeit changeme changeme1 changeme123 cisco cisco123 "
    "computer database default default1 demo demo1234 enter getmein guest guest123 hackme "
    "iloveu iloveyou iloveyou1 iloveyou12 iloveyou123 iloveyou2 internet letmein letmein1 "
    "letmein123 login login123 loginlogin manager manager1 master master1 master123 mypass "
    "mypassword nopass nopassword openup oracle p@55w0rd p@ssw0rd p@ssw0rd1 p@ssw0rd123 "
    "p@ssword p@ssword1 p455w0rd pa$$w0rd pa55w0rd pa55word pass pass123 pass1234 pass12345 "
    "pass123456 passcode passpass passport passw0rd passw0rd1 passwd passwor password password! "
    "password0 password00 password01 password1 password1! password10 password11 password12 "
    "password123 password123! password1234 password12345 password2 password21 password22 "
    "password3 password4 password5 password6 password7 password69 password77 password88 "
    "password9 password99 passwords passwort passwort1 contraseña contrasena motdepasse "
    "private public qwerty@123 raspberry remote root root123 root1234 rootroot router sample "
    "secret secret1 secret123 secure secure123 security server service setup sysadmin system "
    "temp temp123 temp1234 temporary test test1 test12 test123 test1234 test12345 test123456 "
    "tester testing testing1 testing123 testtest toor trustno1 unknown user user123 user1234 "
    "username welcome welcome01 welcome1 welcome12 welcome123 welcome1234 welcome@123 "
    // years and seasons
    "autumn2020 spring2020 spring2021 spring2022 spring2023 spring2024 summer summer01 summer1 "
    "summer12 summer123 summer2019 summer2020 summer2021 summer2022 summer2023 summer2024 "
    "winter winter1 winter123 winter2019 winter2020 winter2021 winter2022 winter2023 winter2024 "
    "19841984 19851985 19861986 19871987 19881988 19891989 19901990 19911991 19921992 19931993 "
    "20002000 20012001 january february december november october september monday friday sunday "
    // names and words
    "aaron abcdef123 adrian alejandra alejandro alexander alexandra alexis alison amanda "
    "america american anderson andrea andrew andrey angel angel123 angela angelica angelina "
    "angels animal anthony antonio apple apples april ariana arsenal arsenal1 arthur ashley "
    "ashley1 asshole august austin babygirl babygirl1 badboy bailey banana baseball baseball1 "
    "basketball batman batman1 batman123 beautiful benjamin bigdaddy bigdog birthday biteme "
    "blahblah blessed blink182 blondie bonnie booboo boomer boston brandon brandy brittany "
    "broncos buddy buster butterfly butterfly1 camaro cameron canada captain carlos carolina "
    "caroline charles charlie charlie1 charlotte cheese chelsea chelsea1 chester chicago chicken "
    "chicken1 chocolate chocolate1 chris christian christina christine christopher claudia "
    "coffee compaq cookie cookie1 corvette courtney cowboy cowboys cowboys1 creative crystal "
    "cynthia dakota dallas daniel daniel1 daniela danielle darkness david debbie denise dennis "
    "destiny diablo diamond dolphin dolphins domino donald dragon dragon1 dragon12 dragon123 "
    "eagles eagles1 edward einstein elephant elizabeth elizabeth1 eminem eminem1 emmanuel "
    "everton fernando ferrari fishing florida flower flower1 flowers football football1 "
    "football12 football123 forever forever1 francis francisco frankie freddy freedom freedom1 "
    "friend friends friends1 fuckoff fuckyou fuckyou1 fuckyou123 fuckyou2 gabriel gandalf "
    "garfield gateway gemini genius george ginger godzilla golden goodluck google google123 "
    "gracie green greenday guitar gunner hallo hallo123 hammer hannah happy happy123 hardcore "
    "harley harrypotter heather hello hello1 hello12 hello123 hello1234 helloworld hockey "
    "hockey1 hollywood homer hotdog hottie hunter hunter1 hunter2 hunting iceman jackson jackass "
    "jaguar jasmine jasmine1 jason jasper jeffrey jennifer jennifer1 jeremy jessica jessica1 "
    "jesus jesus1 jesuschrist johnny johnson jonathan jordan jordan1 jordan23 joseph joshua "
    "joshua1 juice junior justin justin1 juventus killer killer1 killer123 kimberly kitten "
    "kristina lakers lauren leonardo liberty lifehack lightning lincoln liverpool liverpool1 "
    "london lovelove loveme loveme1 lovely lovely1 lover loveyou lucky lucky7 maggie maggie1 "
    "manchester marina marine mario marlboro martin martina marvin matrix matthew matthew1 "
    "maverick maxwell melissa mercedes merlin metallica michael michael1 michelle michelle1 "
    "mickey midnight miller minecraft mistress monica monkey monkey1 monkey12 monkey123 "
    "monster monster1 morgan mother mountain mustang mustang1 naruto naruto123 natalie natasha "
    "nathan newyork nicholas nicole nicole1 ninja nirvana nothing october1 oliver orange orange1 "
    "packers paradise pantera parola patricia patrick peaches peanut pepper pepper1 phoenix "
    "pikachu player please pokemon pokemon1 pokemon123 police pretty princess princess1 "
    "princess12 princess123 purple purple1 qwerty7 rabbit rachel raiders raiders1 rainbow "
    "rainbow1 ranger rangers rebecca redsox redskins richard robert robert1 rocket ronaldo "
    "ronaldo7 rosebud runner russia samantha samantha1 samsung samsung1 sandra sasuke "
    "saturn scooby scooter scorpion sebastian secret12 september1 sergey sexy shadow shadow1 "
    "shadow12 shadow123 shannon sierra silver simple skywalker slipknot smokey snickers snoopy "
    "snowball soccer soccer1 soccer12 sophie spider spiderman spiderman1 spongebob startrek "
    "starwars starwars1 stephanie steelers steelers1 steven stupid success sunshine sunshine1 "
    "sunshine123 superman superman1 superman123 superstar sweet sweetie sweety swordfish "
    "teacher tequila teresa thomas thunder thx1138 tiger tiger1 tigers tigger tigger1 tinkerbell "
    "titanic tomcat trinity turtle twilight unicorn valentina vampire vanessa veronica victor "
    "victoria victory viking vincent virginia warcraft warrior warriors whatever whatever1 "
    "william william1 wilson winner winston wizard wolverine wolverines xbox360 yamaha yankees "
    "yankees1 yellow yellow1 zachary zaq1zaq1 "
    // phrases
    "correcthorsebatterystaple fuckthis getlost goaway helloworld1 ilovegod iloveme iloveme1 "
    "iamgod icecream idontknow ihateyou imissyou iwantyou justdoit letitbe lovehurts "
    "mylove myspace1 myspace nevermind notebook opensesame password! qwerty!@# rockyou "
    "rockstar rockstar1 singapore sunflower supernova thankyou theman tomorrow trustme "
    "trustno1! whatsup whoami woaini woaini1314 yourmom youandme";

std::set<std::string_view> split_words_of(std::string_view text) {
  auto all = words(text);
  return {all.begin(), all.end()};
}

}  // namespace

bool is_common_password(std::string_view password) {
  static const std::set<std::string_view> passwords = split_words_of(common);
  return passwords.contains(lower(password));
}

}  // namespace tt::web::auth
