// The stored form of facts: what was written once is read for ever, and nothing else is trusted.

import Packing
import Testing

@testable import Leasing

@Suite struct FactCodingTests {
    /// Each fact's own bytes as they are stored: its number, then its fields. Change none of these lines; a new kind
    /// of fact adds one.
    static let stored: [String] = [
        "0103622d31040001feff",
        "020b76657273696f6e3a20310a020009800149",
        "03036164610180400180ade204056669727374",
        "0403626f62",
        "0503632d3109616c6c206f6620697401036164610180808c9386afa203018080b68be8ceb70c01a0faaf0201ff94f52a"
            + "0180ea9c5a0180c60a01901c040b6e6f6e2d7061796d656e740673616665747901060104010101d89a0101901c0150",
        "0603632d32",
        "07ac02036164610103632d3101086772c3b6c39f746500040465617374047765737400940a020c066c696e6520300000"
            + "00020204483130300002001202c8d9040a080290bf0502066c696e65203101000004020448313030010468616c6c02e8"
            + "071202c8d9040a080290bf0502066c696e652032020000060204483130300105626c6f636b02d00f1202c8d9040a0802"
            + "90bf0502066c696e6520330300000802044831303001047261636b02b8171202c8d9040a080290bf0502066c696e6520"
            + "340408000a02044831303001056e766c373202a01f1202c8d9040a080290bf0502066c696e65203505808c8d9e02010c"
            + "0204483130300104736974650288271202c8d9040a080290bf050280c8ceb40d80ccfd930e901c020400076e3120646f"
            + "776e8ac8ceb40d01166e32207374696c6c20696e207475726e2d726f756e6401801080b09f0180e8c801020501020602"
            + "2911",
        "08ac0203c8c9ceb40d",
        "09ac02020302020004646f776ec8c9ceb40d",
        "0aac02040708030c0401",
        "0b04010180d0acf30e09020366616e087569643a31206f7080c8ceb40d01a080cfb40d00",
        "0c020a01",
        "0d020b01",
        "0e020c01",
        "0fac02036164610103632d3101086772c3b6c39f746500040465617374047765737400940a0204066c696e6520300626"
            + "00020204483130300002001202c8d9040a080290bf0502066c696e65203104060004020448313030010468616c6c02e8"
            + "071202c8d9040a080290bf050280c8ceb40d80ccfd930e901c020400076e3120646f776e8ac8ceb40d01166e32207374"
            + "696c6c20696e207475726e2d726f756e6401801080b09f0180e8c801020501020602291104010731672e313067620001"
            + "046e6f6465060002c9d90408260c000100010403ac0280d0acf30e010002",
        "10ac0204070804030a0412028001120800048001120880011208",
        "11056d6574657204677269640180f0f0e401a080cfb40d0180a9d0b40d0180dac4090467726964087569643a31206f70"
            + "90e4ceb40d02096d6567617061636b73a080cfb40d80a9d0b40d80c2d72fc080d1b40d02096d6567617061636b7380a9"
            + "d0b40dc080d1b40db688fb5b02a080cfb40d80a9d0b40d1402000618",
        "12ac02056d65746572046772696404a080cfb40dc0b8cfb40d780178c0b8cfb40dfeffffffffffffffff010000",
        "13ac02a080cfb40d",
        "1411097569643a3720616374",
        "1512",
        "16ac0210",
        "17036f6464087569643a31206f7080c8ceb40d",
        "18",
        "1903632d310000000000000000000000000000000001780101",
        "280570756d7073070464408407010480c8ceb40de0f0cfb40d80fc8ab70de0a48cb70d07636f6f6c616e740114465245"
            + "513d4d4f4e54484c593b434f554e543d32010f416d65726963612f4368696361676f087569643a31206f70fec7ceb40d",
        "290570756d7073",
        "2a0570756d7073e0f0cfb40d",
        "2b056d657465720104677269640573746f726d087569643a31206f7080c8ceb40d",
        "2c056d6574657200",
        "2d020d01",
        "1ead02036164610103632d3101086772c3b6c39f746500040465617374047765737400940a0204066c696e6520300626"
            + "00020204483130300002001202c8d9040a080290bf0502066c696e65203104060004020448313030010468616c6c02e8"
            + "071202c8d9040a080290bf050280c8ceb40d80ccfd930e901c020400076e3120646f776e8ac8ceb40d01166e32207374"
            + "696c6c20696e207475726e2d726f756e6401801080b09f0180e8c801020501020602291104010731672e313067620001"
            + "046e6f6465060002c9d90408260c000100010403ac0280d0acf30e01000201ac020480c8ceb40d00e807808aa6e40d01"
            + "7802",
        "1fad02036164610103632d3101086772c3b6c39f746500040465617374047765737400940a0204066c696e6520300626"
            + "00020204483130300002001202c8d9040a080290bf0502066c696e65203104060004020448313030010468616c6c02e8"
            + "071202c8d9040a080290bf050280c8ceb40d80ccfd930e901c020400076e3120646f776e8ac8ceb40d01166e32207374"
            + "696c6c20696e207475726e2d726f756e6401801080b09f0180e8c801020501020602291104010731672e313067620001"
            + "046e6f6465060002c9d90408260c000100010403ac0280d0acf30e01000201ac020480c8ceb40d00e807808aa6e40d01"
            + "7802",
        "20ad02808aa6e40d",
        "3203632d3109616c6c206f6620697401036164610180808c9386afa2030001e0feec0201c0f3f6340180ce891e0180b8"
            + "ea0e01809cb507040b6861726d66756c2d7573650b6e6f6e2d7061796d656e7401060104010101bc9b0101901c012801"
            + "7801010404c03e02c413000180e8f804018080b9c30d0180ea4901320480ce891e80b4bc02010880d493010180e10104"
            + "bc9b01e807d89a01d00f0204656173740204483130300180ea4960040c0101010080c60a",
        "33ac02",
        "34ac024d000673616665747980c8ceb40d087569643a31206f70036f64640480e797b50d6080d1c8b50d00800101c8c9"
            + "ceb40d0190cbceb40d02030202ad02808aa6e40d0280b0e1da0d017800",
        "3503000100000120ac024d000673616665747980c8ceb40d087569643a31206f70036f64640480e797b50d6080d1c8b5"
            + "0d00800101c8c9ceb40d0190cbceb40d02030202ad02808aa6e40d0280b0e1da0d017800087569643a31206f70036f64"
            + "6480c8ceb40d808ed9b40d",
        "360301",
        "41036164610108726573656172636801800800000180897a",
        "42087265736561726368018001000103616c6c0000011000046c616273",
        "43087265736561726368",
        "440473706f74000000000000000000000000000000000000000000000000000000000001787f00300001b009",
        "34ac024e040080c8ceb40d087569643a31206f700377617902b0d1ceb40d0080010000000000",
        "3c0407052000112233445566778899aabbccddeeffffffffff000011112222333333333333080000",
        "3d05010361646104ac02ae02070507052000112233445566778899aabbccddeeffffffffff0000111122223333333333"
            + "3301b402010204676f6e6501097569643a372061646180c8ceb40d0303046261636b01087569643a31206f70c8c9ceb4"
            + "0d",
        "3e0501036164610104047365656e087569643a31206f70",
        "3f0207020366616e087569643a31206f7080c8ceb40d01808ed9b40d00",
        "40ad020407",
        "37ac0204ac02036164610103632d3101086772c3b6c39f746500040465617374047765737400940a0204066c69"
            + "6e652030062600020204483130300002001202c8d9040a080290bf0502066c696e652031040600040204483130"
            + "30010468616c6c02e8071202c8d9040a080290bf050280c8ceb40d80ccfd930e901c020400076e3120646f776e"
            + "8ac8ceb40d01166e32207374696c6c20696e207475726e2d726f756e6401801080b09f0180e8c8010205010206"
            + "02291104010731672e313067620001046e6f6465060002c9d90408260c000100010403ac0280d0acf30e010002"
            + "000000ad02036164610103632d3101086772c3b6c39f746500040465617374047765737400940a0204066c696e"
            + "652030062600020204483130300002001202c8d9040a080290bf0502066c696e65203104060004020448313030"
            + "010468616c6c02e8071202c8d9040a080290bf050280c8ceb40d80ccfd930e901c020400076e3120646f776e8a"
            + "c8ceb40d01166e32207374696c6c20696e207475726e2d726f756e6401801080b09f0180e8c801020501020602"
            + "291104010731672e313067620001046e6f6465060002c9d90408260c000100010403ac0280d0acf30e01000201"
            + "ac020480c8ceb40d00e807808aa6e40d01780202ae02036164610103632d3101086772c3b6c39f746500040465"
            + "617374047765737400940a0204066c696e652030062600020204483130300002001202c8d9040a080290bf0502"
            + "066c696e65203104060004020448313030010468616c6c02e8071202c8d9040a080290bf050280c8ceb40d80cc"
            + "fd930e901c020400076e3120646f776e8ac8ceb40d01166e32207374696c6c20696e207475726e2d726f756e64"
            + "01801080b09f0180e8c801020501020602291104010731672e313067620001046e6f6465060002c9d90408260c"
            + "000100010403ac0280d0acf30e01000200000002ac02",
        "38ac0205f8c8ceb40d",
        "3905ac02040102af0203626f620103632d3101086772c3b6c39f746500040465617374047765737400940a0204"
            + "066c696e652030062600020204483130300002001202c8d9040a080290bf0502066c696e652031040600040204"
            + "48313030010468616c6c02e8071202c8d9040a080290bf050280c8ceb40d80ccfd930e901c020400076e312064"
            + "6f776e8ac8ceb40d01166e32207374696c6c20696e207475726e2d726f756e6401801080b09f0180e8c8010205"
            + "01020602291104010731672e313067620001046e6f6465060002c9d90408260c000100010403ac0280d0acf30e"
            + "01000200000002ac02020780c8ceb40d",
        "3a03626f620305ac020361646103626f6202020302066c696e65203004097569643a3120616461056d6f766573"
            + "80c8ceb40d80b298b50dac02036164610103632d3101086772c3b6c39f74650004046561737404776573740094"
            + "0a0204066c696e652030062600020204483130300002001202c8d9040a080290bf0502066c696e652031040600"
            + "04020448313030010468616c6c02e8071202c8d9040a080290bf050280c8ceb40d80ccfd930e901c020400076e"
            + "3120646f776e8ac8ceb40d01166e32207374696c6c20696e207475726e2d726f756e6401801080b09f0180e8c8"
            + "01020501020602291104010731672e313067620001046e6f6465060002c9d90408260c000100010403ac0280d0"
            + "acf30e010002000000010100010103632d320001046d696e65",
        "3b03632d3109616c6c206f6620697401036164610180808c9386afa2030001e0feec0201c0f3f6340180ce891e"
            + "0180b8ea0e01809cb507040b6861726d66756c2d7573650b6e6f6e2d7061796d656e7401060104010101bc9b01"
            + "01901c0128017801010404c03e02c413000180e8f804018080b9c30d0180ea4901320480ce891e80b4bc020108"
            + "80d493010180e10104bc9b01e807d89a01d00f0204656173740204483130300180ea4960040c0101010080c60a"
            + "0080c60a",
        "4603626f620a06ac020361646103626f6202020302066c696e65203004097569643a31206164610e69646c6520"
            + "756e74696c204d617980c8ceb40d80b298b50dac02036164610103632d3101086772c3b6c39f74650004046561"
            + "7374047765737400940a0204066c696e652030062600020204483130300002001202c8d9040a080290bf050206"
            + "6c696e65203104060004020448313030010468616c6c02e8071202c8d9040a080290bf050280c8ceb40d80ccfd"
            + "930e901c020400076e3120646f776e8ac8ceb40d01166e32207374696c6c20696e207475726e2d726f756e6401"
            + "801080b09f0180e8c801020501020602291104010731672e313067620001046e6f6465060002c9d90408260c00"
            + "0100010403ac0280d0acf30e01000200000080cac2b50d01c08db7010180c60a0101010101046f75727301b0d1"
            + "ceb40d018084b8b50d0180cac2b50d0102",
        "4703632d3109616c6c206f6620697401036164610180808c9386afa2030001e0feec0201c0f3f6340180ce891e"
            + "0180b8ea0e01809cb507040b6861726d66756c2d7573650b6e6f6e2d7061796d656e7401060104010101bc9b01"
            + "01901c0128017801010404c03e02c413000180e8f804018080b9c30d0180ea4901320480ce891e80b4bc020108"
            + "80d493010180e10104bc9b01e807d89a01d00f0204656173740204483130300180ea4960040c0101010080c60a"
            + "01b009010080c60a00808c1564",
        "4b090a74656e616e743a6164610263690920000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c"
            + "1d1e1f80c8ceb40d80c60a087569643a31206f700700",
        "4c090761756469746f72026369",
        "4d03626f62",
        "4e",
        "4f022f62",
        "500203622d31040001feff",
        "5102",
        "52090a74656e616e743a6164610263690920000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c"
            + "1d1e1f80c8ceb40d80c60a087569643a31206f700700080102030405060708",
    ]

    @Test("Every kind of fact has the stored bytes that it always had")
    func golden() {
        #expect(FactFixtures.facts.map(Self.bytes) == Self.stored)
    }

    @Test("The stored bytes of every kind of fact read back as that fact")
    func goldenReads() throws {
        for (fact, hex) in zip(FactFixtures.facts, Self.stored) {
            let frame = FactFixtures.entry([]).encoded().dropLast()
            let entry = try Entry(decoding: frame + [2] + Self.bytes(ofHex: hex))
            #expect(entry.facts == [fact])
        }
    }

    @Test("An entry has the frame that it always had")
    func goldenFrame() {
        let bytes = FactFixtures.entry([], key: IdempotencyKey(scope: "s", key: "k", bodyDigest: [9])).encoded()
        let stored =
            "012a80c8ceb40d087569643a31206f70086f70657261746f720377687903722d31010173016b010900"
        #expect(Self.hex(bytes) == stored)
    }

    @Test("Every fact reads back alone, and all of them together")
    func roundTrips() throws {
        for fact in FactFixtures.facts {
            let entry = FactFixtures.entry([fact])
            #expect(try Entry(decoding: entry.encoded()) == entry)
        }
        #expect(try Entry(decoding: FactFixtures.whole.encoded()) == FactFixtures.whole)
    }

    @Test("Numbers at their limits read back")
    func extremes() throws {
        for at in [Int64.min, -1, 0, 1, 63, 64, .max] {
            for number in [UInt64.min, 127, 128, 1 << 63, .max] {
                let entry = FactFixtures.entry([.leaseMoved(number: number, event: .start, at: at)])
                #expect(try Entry(decoding: entry.encoded()) == entry)
            }
        }
    }

    @Test("Absent fields stay absent")
    func absentFields() throws {
        let entry = FactFixtures.entry([
            .contractPut(name: "", terms: ContractTerms()), .tenantPut(name: "", quota: Quota(), description: ""),
        ])
        #expect(try Entry(decoding: entry.encoded()) == entry)
    }

    @Test("Facts and formats of the future, and bytes too many, are faults that say where")
    func unknown() {
        let frame = Array(FactFixtures.entry([]).encoded().dropLast())
        #expect(throws: CodingFault(offset: frame.count + 2, problem: "unknown fact 99")) {
            try Entry(decoding: frame + [2, 99])
        }
        #expect(throws: CodingFault(offset: 1, problem: "entry of format 2; this program reads format 1")) {
            try Entry(decoding: [2] + frame.dropFirst())
        }
        #expect(throws: CodingFault(offset: frame.count + 1, problem: "more bytes than an entry has")) {
            try Entry(decoding: frame + [0, 0])
        }
    }

    @Test("A count beyond what the bytes can hold is a fault and costs nothing")
    func hugeCounts() {
        let frame = Array(FactFixtures.entry([]).encoded().dropLast())
        // 2^61 and 2^40 facts; then a text of 2^62 bytes.
        for count: [UInt8] in [
            [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40], [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x02],
        ] {
            #expect(throws: CodingFault.self) { try Entry(decoding: frame + count) }
            #expect(throws: CodingFault.self) { try Entry(decoding: frame + [2, 4] + count) }
        }
        #expect(throws: CodingFault.self) { try Entry(decoding: [1, 1, 2] + Array(repeating: 0xff, count: 9) + [1]) }
    }

    @Test("Every prefix of an entry is a fault")
    func prefixes() {
        let bytes = FactFixtures.whole.encoded()
        for count in 0..<bytes.count {
            #expect(throws: CodingFault.self, "\(count) bytes") { try Entry(decoding: Array(bytes[..<count])) }
        }
    }

    @Test("Twenty thousand spoilt entries give a fault or an entry that reads back", arguments: [UInt64(11), 12])
    func spoiltEntries(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let good = FactFixtures.whole.encoded()
        for round in 0..<10_000 {
            let bytes = Spoiler.spoil(good, &random)
            guard let entry = try? Entry(decoding: bytes) else { continue }
            #expect((try? Entry(decoding: entry.encoded())) == entry, "seed \(seed), round \(round)")
        }
    }

    private static func bytes(_ fact: Fact) -> String {
        var (fact, writer) = (fact, FieldWriter())
        do { try fact.code(with: &writer) } catch { return "\(error)" }
        return hex(writer.bytes)
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private static func bytes(ofHex hex: String) -> [UInt8] {
        let digits = Array(hex)
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(String(digits[$0..<$0 + 2]), radix: 16)! }
    }
}

/// Spoils bytes as a bad disk or an enemy would.
enum Spoiler {
    static func spoil(_ good: [UInt8], in places: Range<Int>? = nil, _ random: inout SeededGenerator) -> [UInt8] {
        var bytes = good
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let places = (places ?? 0..<bytes.count).clamped(to: 0..<bytes.count)
            guard let place = places.randomElement(using: &random) else { return bytes }
            switch Int.random(in: 0..<6, using: &random) {
            case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 1: bytes[place] = UInt8.random(in: .min ... .max, using: &random)
            case 2: bytes[place] = [0, 1, 0x7f, 0x80, 0xff].randomElement(using: &random)!
            case 3: bytes.remove(at: place)
            case 4: bytes.insert(UInt8.random(in: .min ... .max, using: &random), at: place)
            default:
                let end = min(bytes.count, place + Int.random(in: 1...9, using: &random))
                for index in place..<end { bytes[index] = 0xff }
            }
        }
        return bytes
    }
}
